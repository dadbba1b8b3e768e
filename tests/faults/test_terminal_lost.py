"""The SSH session dies under the program: the terminal is gone, what was written is not."""

from pathlib import Path

from faults.program import Typist, begin_message, logged_in, opened_store, write_settings
from faults.stage import BadLines
from servers.people import PRACTICE
from servers.practice import RealServers


async def test_a_terminal_that_is_gone_ends_the_program_and_keeps_every_word(
    tmp_path: Path, real_servers: RealServers, lines: BadLines
) -> None:
    real_servers.empty(PRACTICE.address)
    write_settings(tmp_path, real_servers, lines, undo_s=1)
    async with logged_in(tmp_path) as program:
        await begin_message(program, "coupé")
        typist = Typist(program, "mot")
        await typist.type_for(1.0)
        await program.shows(typist.text.split()[-1])
        program.hang_up()
        assert await program.ends() in {0, 1}
    async with opened_store(tmp_path) as store:
        assert [draft.body for draft in await store.drafts()] == [typist.text]
