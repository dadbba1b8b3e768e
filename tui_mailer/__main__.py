"""`python -m tui_mailer`."""

import sys

from tui_mailer.cli import main

sys.exit(main())
