"""What is looked at before a message may leave: one small module a subject, pure checks only.

A check is a function `(draft, context) -> findings`: a `Refusal` stops the message, a `Question` is
put to the user by the composer, one after the other, and the message leaves once each was answered
yes. To add one: write it beside the others, and name it in `checks.CHECKS`, whose order is that of
the questions. What a check needs to know besides the draft stands in `Context`, gathered by
`engine.reviewing`.
"""
