"""What the import contracts cannot see: imports made late, and what a start really loads."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "tui_mailer"
LOUD = "textual", "rich", "aioimaplib", "aiosmtplib", "aiosqlite", "sqlcipher3", "pymap", "aiosmtpd"

# third-party library -> the only places that may import it
HOMES = {
    "aioimaplib": ("backend/imap",),
    "aiosmtplib": ("backend/smtp",),
    "aiosqlite": ("backend/store",),
    "sqlcipher3": ("backend/store",),
    "argon2": ("backend/store",),
    "cryptography": ("backend/store",),
    "keyring": ("backend/secrets",),
    "textual": ("ui",),
    "rich": ("ui",),
    "pymap": ("demo",),
    "aiosmtpd": ("demo",),
    "trustme": ("demo",),
    "lxml": ("mime",),
    "inscriptis": ("mime",),
    "stdnum": ("domain",),
    "platformdirs": ("settings",),
    "tomlkit": ("settings",),
}


def loaded_after(code: str) -> set[str]:
    listing = f"{code}\nimport sys\nprint(' '.join(sorted(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", listing], capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


def modules_of(room: str) -> list[str]:
    return [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((PACKAGE / room).rglob("*.py"))
    ]


@pytest.mark.parametrize("room", ["domain", "mime", "engine"])
def test_an_inner_room_loads_neither_screen_nor_server_nor_database(room: str) -> None:
    loaded = loaded_after("\n".join(f"import {module}" for module in modules_of(room)))
    assert not loaded.intersection(LOUD)
    assert not {name for name in loaded if name.startswith(("tui_mailer.ui", "tui_mailer.backend"))}


def test_the_command_line_is_understood_before_the_interface_is_loaded() -> None:
    loaded = loaded_after(
        "import tui_mailer.cli\n"
        "from tui_mailer.arguments import parser\n"
        "parser().parse_args(['compose', '--ins', '1'])"
    )
    assert not loaded.intersection(LOUD)


def test_the_ins_command_loads_no_interface_at_all() -> None:
    loaded = loaded_after(
        "import contextlib, io\n"
        "from tui_mailer.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    main(['ins', '279035121518989', '--json'])"
    )
    assert not loaded.intersection(LOUD)


def test_the_mailer_itself_never_loads_the_demo() -> None:
    loaded = loaded_after("import tui_mailer.bootstrap")
    assert not {"pymap", "aiosmtpd", "trustme"} & loaded


def test_the_first_list_waits_for_nothing_that_it_does_not_show() -> None:
    """Each of these takes long to load, or loads what does."""
    loaded = loaded_after(
        "import tui_mailer.bootstrap\n"
        "tui_mailer.bootstrap._app_class()\n"
        "import tui_mailer.ui.screens.mailbox"
    )
    assert "textual" in loaded
    assert not loaded & {
        "aioimaplib",
        "aiosmtplib",
        "csv",
        "importlib.resources",
        "inscriptis",
        "keyring",
        "lxml",
        "stdnum",
        "textual.widgets._text_area",
        "tomlkit",
        "tui_mailer.audit_command",
        "tui_mailer.ui.screens.compose",
        "tui_mailer.ui.screens.ins_search",
        "tui_mailer.ui.screens.journal",
        "tui_mailer.ui.screens.login",
    }


@pytest.mark.parametrize("library", HOMES)
def test_a_library_lives_in_one_place(library: str) -> None:
    strangers = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        text = path.read_text(encoding="utf-8")
        imports = any(
            line.strip().startswith((f"import {library}", f"from {library}"))
            for line in text.splitlines()
        )
        if imports and not place.startswith(tuple(f"{home}/" for home in HOMES[library])):
            strangers.append(place)
    assert strangers == []
