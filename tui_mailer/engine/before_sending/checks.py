"""Every check, in the order in which the user hears of what it found."""

from typing import Final

from tui_mailer.engine.before_sending.attachments import (
    announced_is_attached,
    attachments_hold_something,
    patient_can_see_attachments,
)
from tui_mailer.engine.before_sending.ending import end_is_meant, restart_is_meant
from tui_mailer.engine.before_sending.finding import Check
from tui_mailer.engine.before_sending.opposition import patient_does_not_object
from tui_mailer.engine.before_sending.recipients import (
    another_patient_is_named_on_purpose,
    answer_reaches_whoever_wrote,
    answer_to_many_is_meant,
    nothing_of_another_patient,
    one_patient_at_most,
    patient_apart_from_others,
    recipients_are_addresses,
)
from tui_mailer.engine.before_sending.subject import subject_is_there
from tui_mailer.engine.before_sending.taken import is_not_sent_twice
from tui_mailer.engine.before_sending.text import text_is_there
from tui_mailer.engine.before_sending.unfinished import nothing_is_left_to_fill_in

CHECKS: Final[tuple[Check, ...]] = (
    recipients_are_addresses,
    is_not_sent_twice,
    one_patient_at_most,
    nothing_of_another_patient,
    another_patient_is_named_on_purpose,
    patient_apart_from_others,
    answer_reaches_whoever_wrote,
    answer_to_many_is_meant,
    patient_does_not_object,
    end_is_meant,
    restart_is_meant,
    subject_is_there,
    text_is_there,
    nothing_is_left_to_fill_in,
    announced_is_attached,
    attachments_hold_something,
    patient_can_see_attachments,
)
