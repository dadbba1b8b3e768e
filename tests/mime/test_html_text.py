from __future__ import annotations

import socket
import time
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_mailer.domain.safe_text import safe_block, safe_line
from tui_mailer.mime.html_text import MAX_HTML_LENGTH, render_html
from tui_mailer.mime.links import make_link


def test_a_letter_keeps_its_paragraphs_lists_and_lines() -> None:
    html = """<?xml version="1.0" encoding="iso-8859-1"?><html><head><title>Titre</title></head>
    <body><p>Bonjour <b>Madame</b>,<br>voici&nbsp;:</p><ul><li>un</li><li>deux</li></ul>
    <pre>a
      b</pre><p>Cordialement</p></body></html>"""

    assert render_html(html).text == (
        "Bonjour Madame,\nvoici :\n\n  * un\n  * deux\na\n      b\n\nCordialement"
    )


def test_a_table_of_results_keeps_its_columns() -> None:
    html = """<table><tr><th>Examen</th><th>Valeur</th></tr>
    <tr><td>Glycémie</td><td>1,02 g/l</td></tr></table>"""

    assert render_html(html).text == "Examen    Valeur\nGlycémie  1,02 g/l"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("10<sup>9</sup>/L", "10⁹/L"),
        ("1,5.10<sup>-3</sup>", "1,5.10⁻³"),
        ("10<sup><span>1</span><span>2</span></sup>/L", "10¹²/L"),
        ('10<span style="vertical-align: super">9</span>/L', "10⁹/L"),
        ("CO<sub>2</sub> 42", "CO₂ 42"),
        ("10<sup>9,5</sup> et C<sub>0,5</sub>", "10^(9,5) et C_(0,5)"),
        ("12,5<sup>(1)</sup>", "12,5^(1)"),
        ("le 1<sup>er</sup> mai, T<sub>max</sub>", "le 1er mai, Tmax"),
    ],
)
def test_a_power_is_no_further_digit(html: str, text: str) -> None:
    assert render_html(f"<p>{html}</p>").text == text


@pytest.mark.parametrize(
    "struck",
    [
        "<s>10 mg</s>",
        "<del>10 mg</del>",
        "<strike><s>10</s> mg</strike>",
        '<span style="color:red; text-decoration: underline line-through">10 mg</span>',
        '<s><a name="x">10</a> <b>mg</b></s>',
    ],
)
def test_what_is_struck_out_is_said_to_be(struck: str) -> None:
    assert (
        render_html(f"<p>Dose : {struck} 1 mg <s> </s></p>").text == "Dose : [barré : 10 mg] 1 mg"
    )


def test_a_struck_row_is_struck_in_each_of_its_cells() -> None:
    html = """<table><tr style="text-decoration:line-through"><td>Aspirine</td><td>75 mg</td>
    <td></td></tr><tr><td>Apixaban</td><td>5 mg</td><td>x 2</td></tr></table>"""

    assert render_html(html).text == (
        "[barré : Aspirine]  [barré : 75 mg]\nApixaban            5 mg             x 2"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('K <span style="color:red">6,9</span>', "K [rouge : 6,9]"),
        ('K <font color="#FF0000">6,9</font>', "K [rouge : 6,9]"),
        ('K <b style="font-size:1em;color: rgb(192, 0, 0) !important">6,9</b>', "K [rouge : 6,9]"),
        ('K <span style="color:#c00"><s>6,9</s></span>', "K [barré : 6,9]"),
        (
            'K <span style="background: yellow; mso-highlight: yellow">6,9</span>',
            "K [surligné : 6,9]",
        ),
        ('K <span style="background-color:#ffff00">6,9</span>', "K [surligné : 6,9]"),
        ('K <span style="background-color:red;color:#333">6,9</span>', "K 6,9"),
        ('<span style="color:red">Important</span>', "Important"),
        (
            f'<p style="color:red">{"texte " * 9}<font color=red>6,9</font></p>',
            "texte " * 9 + "6,9",
        ),
        (
            '<table><tr style="color:red"><td>K<td>6,9<tr><td>Na<td>140</table>',
            "K   [rouge : 6,9]\nNa  140",
        ),
    ],
)
def test_a_value_in_red_or_marked_yellow_is_said_to_be(html: str, text: str) -> None:
    """No meaning by colour alone: it is how many laboratories show what is out of its range."""
    assert render_html(html).text == text


BOLD_VALUE = pytest.mark.parametrize(
    "value",
    [
        "<b>5,9</b>",
        "<p class=MsoNormal><strong><span>5,9</span></strong></p>",
        '<span style="font-weight: 700">5,9</span>',
    ],
)


@BOLD_VALUE
def test_a_bold_value_among_others_is_said_to_be(value: str) -> None:
    html = f"<table><tr><td>K<td>{value}<tr><td><b>Sodium</b><td>140<tr><td>Cl<td>101</table>"

    assert render_html(html).text == "K       [gras : 5,9]\nSodium  140\nCl      101"


@BOLD_VALUE
def test_where_all_values_are_bold_it_says_nothing(value: str) -> None:
    html = f"<table><tr><td>K<td>{value}<tr><td>Na<td>{value}<tr><td>Cl<td>101</table>"

    assert "gras" not in render_html(html).text


def test_the_lines_of_a_quotation_are_told_from_the_answer() -> None:
    html = """<p>Non, 1 mg.</p><p>Le 3 mars, Jean a écrit :</p>
    <blockquote type="cite" style="border:none">Dose : 10 mg ?<p>Il dort bien.</p>
    <blockquote><ul><li>avant<li>hier</ul></blockquote></blockquote>D’accord ?"""

    assert render_html(html).text.split("\n") == [
        *("Non, 1 mg.", "", "Le 3 mars, Jean a écrit :", ""),
        *("> Dose : 10 mg ?", ">", "> Il dort bien.", ">", ">>   * avant", ">>   * hier"),
        "D’accord ?",
    ]


@pytest.mark.parametrize(
    "html",
    [
        '<blockquote style="margin:0 0 0 40px;border:none">en retrait</blockquote>',
        "<blockquote></blockquote>en retrait",
    ],
)
def test_what_is_only_indented_is_no_quotation(html: str) -> None:
    assert render_html(html).text == "en retrait"


def test_a_quotation_in_a_cell_leaves_its_table_whole() -> None:
    html = "<table><tr><td>K<td><blockquote>5,9</blockquote><tr><td>Na<td>140</table>"

    assert render_html(html).text == "K   5,9\nNa  140"


def test_a_text_cannot_pass_for_the_end_of_a_quotation() -> None:
    html = "<blockquote>a<br>\ufdd2<br>&#xfdd2;<br>b</blockquote>"

    assert render_html(html).text == "> a\n> ‹U+FDD2›\n> ‹U+FDD2›\n> b"


def test_a_list_that_goes_on_keeps_its_numbers() -> None:
    html = """<ol><li>un</li></ol><p>puis</p>
    <ol start="2"><li>deux<li value=7>sept<li>huit</ol>"""

    assert render_html(html).text == " 1. un\n\npuis\n\n 2. deux\n 7. sept\n 8. huit"


@pytest.mark.parametrize(
    "html",
    [
        "<section>10</section><section>5 mg</section>",
        "<dl><dt>10<dd>5 mg</dl>",
        "10<hr>5 mg",
        '<span style="display:block">10</span><span style="display: block">5 mg</span>',
        "<details open><summary>10</summary>5 mg</details>",
        "<form>10</form><center>5 mg</center>",
    ],
)
def test_what_stands_on_two_lines_is_not_read_as_one_number(html: str) -> None:
    assert render_html(html).text == "10\n5 mg"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("5 <span style='font-family:Symbol'>m</span>g", "5 µg"),
        ('5 <font face="Symbol">m</font>g', "5 µg"),
        (
            """5 <span style='font-family:Symbol;mso-ascii-font-family:Calibri;mso-char-type:symbol;
            mso-symbol-font-family:Symbol'><span style='mso-char-type:symbol;
            mso-symbol-font-family:Symbol'>m</span></span>g""",
            "5 µg",
        ),
        ("<span style='font: 11.0pt Symbol, serif'>\uf0b3</span> 5", "≥ 5"),
        ("<span style='font-family:\"Symbol\"'>&sup3;</span> 5", "≥ 5"),
        ("K 4,1 <span style='font-family:Wingdings'>à</span> 5,9", "K 4,1 → 5,9"),
        ("<span style='font-family:Wingdings'>&thorn;</span> oui", "☑ oui"),
        ("<span style='font-family:Symbol'>m<i style='font-family:Arial'>m</i></span>", "µm"),
        ("<span style='font-family:Segoe UI Symbol'>m</span>g", "mg"),
        ("<span style='font-family:Arial,Symbol'>m</span>g", "mg"),
        ("<span style='font-family:Symbol'>mg par jour</span>", "mg par jour"),
    ],
)
def test_a_letter_in_a_font_of_signs_is_the_sign(html: str, text: str) -> None:
    """Word and Outlook write µ, ≥ and arrows as letters in Symbol and Wingdings."""
    assert render_html(f"<p>{html}</p>").text == text


@pytest.mark.parametrize(
    "html",
    [
        "<p>Potassium&nbsp;&nbsp;&nbsp;&nbsp; 5,9<br>Na&nbsp; &nbsp; &nbsp; &nbsp; 140</p>",
        '<div style="white-space: pre-wrap">Potassium     5,9\nNa        140</div>',
        '<span style="white-space:pre">Potassium     5,9\nNa        140</span>',
        'Potassium <span style="white-space:pre">\t</span>5,9<br>Na&nbsp; &nbsp; &nbsp; &nbsp; 140',
    ],
)
def test_columns_made_of_blanks_stay_columns(html: str) -> None:
    assert render_html(html).text == "Potassium     5,9\nNa        140"


def test_the_ticks_and_words_of_a_form_are_read() -> None:
    html = """Fumeur <input type=checkbox checked>oui <input type="CHECKBOX">non,
    poids <input value="62,5"> kg<input type=hidden value=x>, <textarea>stable</textarea>"""

    assert render_html(html).text == "Fumeur [x] oui [ ] non, poids 62,5 kg, stable"


def test_what_stands_for_a_script_or_in_a_button_is_read() -> None:
    html = '<noscript>Bonjour</noscript> <a href="https://a.fr"><button>Ouvrir</button></a>'

    assert render_html(html).text == "Bonjour Ouvrir [1]"


def test_a_cell_over_several_rows_or_columns_moves_no_value_into_another_column() -> None:
    html = """<table><tr><td colspan=4>HÉMATOLOGIE</td></tr>
    <tr><th>Examen</th><th colspan=2>Résultat</th><th>Unité</th></tr>
    <tr><td rowspan=2>Sodium</td><td>128</td><td>bas</td><td rowspan=9>mmol/L</td></tr>
    <tr><td>140</td><td></td></tr><tr><td>Potassium</td><td>5,9</td></table>"""

    assert render_html(html).text.split("\n") == [
        "HÉMATOLOGIE",
        "Examen       Résultat  ·    Unité",
        "Sodium       128       bas  mmol/L",
        "·            140",
        "Potassium    5,9",
    ]


COMMENT = "à contrôler dans un mois, sur un prélèvement fait à jeun"


def test_a_table_too_wide_for_columns_has_a_line_a_row_with_its_empty_cells() -> None:
    html = f"""<table><tr><th>Examen<th>Avant<th>Actuel<th>Commentaire</tr>
    <tr><td><p>Potassium</p><td><p>&nbsp;</p><td><p>5,9</p><td>{COMMENT}</tr>
    <tr><td>Sodium<td>140<td><td></tr>
    <tr><td>Chlore<br>Urée<td>101<br>6,1<td><td><a href="https://a.fr">plus</a></tr></table>"""

    assert render_html(html).text.split("\n") == [
        "Examen | Avant | Actuel | Commentaire",
        f"Potassium | · | 5,9 | {COMMENT}",
        "Sodium | 140",
        "Chlore / Urée | 101 / 6,1 | · | plus [1]",
    ]


def test_the_paragraphs_that_outlook_puts_into_cells_take_no_lines_of_their_own() -> None:
    html = """<table><tr><td><p>K</p></td><td><p>5,9</p></td></tr>
    <tr><td><p>Na</p><p>Cl</p></td><td><p>140</p><p>101</p></td></tr></table>"""

    assert render_html(html).text == "K   5,9\nNa  140\nCl  101"


def test_an_empty_cell_before_a_value_is_shown_and_an_empty_column_is_not() -> None:
    html = """<table><tr><td><td>Examen<td>Avant<td>Actuel<td></tr>
    <tr><td><td>K<td>&nbsp;<td>5,9<td></tr><tr><td><td>Na<td>140</tr></table>"""

    assert [line.split() for line in render_html(html).text.split("\n")] == [
        ["Examen", "Avant", "Actuel"],
        ["K", "·", "5,9"],
        ["Na", "140"],
    ]


def test_a_long_comment_across_a_table_leaves_its_values_in_their_columns() -> None:
    comment = f"<p>{COMMENT}.</p>" * 20
    html = f"""<table><tr><td>K<td><td>5,9<tr><td colspan=3>{comment}<tr><td>Na<td>140</table>"""

    lines = render_html(html).text.split("\n")

    assert (lines[0], lines[-1]) == ("K | · | 5,9", "Na | 140")
    assert lines.count(f"{COMMENT}.") == 20


def test_a_layout_shows_no_empty_cells() -> None:
    html = f"""<table><tr><td>Menu<td><td>{"texte " * 99}<tr><td>Pied<td>x<td>y</table>"""

    assert render_html(html).text.split() == ["Menu", *["texte"] * 99, "Pied", "x", "y"]


def test_a_long_table_of_results_keeps_its_rows() -> None:
    rows = "<tr><td>Examen<td><td>5,9<td>mmol/L</tr>" * 500

    assert render_html(f"<table>{rows}</table>").text.split("\n") == (
        ["Examen | | 5,9 | mmol/L"] * 500
    )


def test_a_table_for_layout_is_read_as_paragraphs() -> None:
    html = f"""<table width=600><tr><td><table><tr><td>Bonjour</td></tr></table></td>
    <td>{"Un long texte. " * 9}</td></tr></table>"""

    assert render_html(html).text == "Bonjour\n" + ("Un long texte. " * 9).strip()


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>caché</script>",
        "<style>caché</style>",
        "<template>caché</template>",
        "<!-- caché -->",
        "<p hidden>caché</p>",
        '<div style="display:none">caché</div>',
        '<div style="color:red; DISPLAY : none !important">caché</div>',
        '<div style="visibility:hidden">caché</div>',
        '<div style="mso-hide:all">caché</div>',
        '<span style="font-size:0px">caché</span>',
        '<div style="max-height:0;overflow:hidden">caché</div>',
        '<div style="opacity:0">caché</div>',
        "<select><option>caché</option></select>",
        "<svg><text>caché</text></svg>",
    ],
)
def test_what_a_browser_hides_is_not_read(hidden: str) -> None:
    assert render_html(f"<p>avant</p>{hidden}<p>après</p>").text == "avant\n\naprès"


@pytest.mark.parametrize("style", ["font-size:0.9em", "opacity:0.5", "max-height:20px"])
def test_what_is_small_is_read(style: str) -> None:
    assert render_html(f'<p style="{style}">petit</p>').text == "petit"


@pytest.mark.parametrize(
    "shown",
    [
        '<td style="font-size:0px;padding:20px"><div style="font-size:14px">visible</div></td>',
        '<div style="font-size:0"><font size=3>visible</font></div>',
        '<div style="font-size:0;"><p><span style="font: 12pt Arial">visible</span></p></div>',
        '<div style="max-height:0">visible</div>',
        '<a style="color:red;mso-hide:all">visible</a>',
        '<div style="mso-hide:all"><a>visible</a></div>',
    ],
)
def test_what_a_layout_only_seems_to_hide_is_read(shown: str) -> None:
    """Tools that make responsive mail set a size of 0 around all they write."""
    assert render_html(f"<table><tr>{shown}</tr></table>").text == "visible"


def test_fillers_behind_a_preview_leave_no_marks() -> None:
    assert render_html("<p>Vos\u00ad résul\u200btats &zwnj;&#8203;&shy;&#xfeff;</p>").text == (
        "Vos résultats"
    )


def test_a_reversed_text_stays_visible_as_such() -> None:
    assert render_html("<p>facture\u202efdp.exe</p>").text == "facture‹U+202E›fdp.exe"


def test_a_character_that_is_only_numbered_is_the_one_meant_or_a_mark() -> None:
    """Old Word numbers the quotes and dashes of Windows; lxml bears no number that XML forbids."""
    html = "<p>l&#146;INR &#150; 2,5 &#x80; <s>&#xffff;&#1;</s> &#9999999999; &#xd800;</p>"

    assert render_html(html).text.startswith("l’INR – 2,5 € [barré : ‹U+FFFF›␁]")


def test_images_are_told_by_their_words_alone() -> None:
    html = '<p>A <img src="http://e.example/t.gif"><img src="cid:x" alt=" logo du  CHU "> B</p>'

    assert render_html(html).text == "A [image : logo du CHU] B"


def test_links_are_numbered_where_they_stand() -> None:
    html = """<p><a href="https://www.ameli.fr/a">le site</a>, <a name="x">ancre</a>,
    <a href="#bas">bas</a>, <a href="https://b.fr"><img alt="logo"></a>, <a href="http://c.fr"></a></p>"""

    rendered = render_html(html, first_number=4)

    assert rendered.text == "le site [4], ancre, bas, [image : logo] [5],"
    assert [(link.number, link.target, link.host) for link in rendered.links] == [
        (4, "https://www.ameli.fr/a", "www.ameli.fr"),
        (5, "https://b.fr", "b.fr"),
    ]


@pytest.mark.parametrize(
    ("text", "target", "host"),
    [
        ("le site", "https://www.ameli.fr/", "www.ameli.fr"),
        ("www.ameli.fr", "https://ameli.fr/compte", "ameli.fr"),
        ("https://ameli.fr/a?b=c", "https://www.ameli.fr/", "www.ameli.fr"),
        ("bilan.pdf", "https://docs.example/x", "docs.example"),
        ("Fin.Merci", "https://docs.example/x", "docs.example"),
        ("BILAN.PDF", "https://docs.example/x", "docs.example"),
        ("ameli.fr.pdf", "https://docs.example/x", "docs.example"),
        ("<WWW.AMELI.FR>.", "https://ameli.fr/compte", "ameli.fr"),
        ("[ameli\xad.fr\u200b]", "https://ameli.fr/compte", "ameli.fr"),
        (
            "dr.durand@cabinet.mssante.fr",
            "mailto:dr.durand@cabinet.mssante.fr",
            "cabinet.mssante.fr",
        ),
        ("1.2.3", "https://docs.example/x", "docs.example"),
        ("dr@cabinet.mssante.fr", "mailto:dr@cabinet.mssante.fr", "cabinet.mssante.fr"),
        ("04 76 00 00 00", "tel:+33476000000", ""),
        ("ici", "http://192.0.2.1/x", "192.0.2.1"),
        ("ici", "http://3232235777/", "3232235777"),
        ("ici", "https://xn--patent-yva.mssante.fr/", "xn--patent-yva.mssante.fr"),
        ("ici", "https://[2001:db8::1]/", "2001:db8::1"),
    ],
)
def test_an_honest_link_shows_its_host(text: str, target: str, host: str) -> None:
    (link,) = render_html(f'<a href="{escape(target)}">{escape(text)}</a>').links

    assert (link.host, link.deceptive) == (host, False)


@pytest.mark.parametrize(
    ("text", "target", "host", "deceptive"),
    [
        ("votre compte", "https://аmeli.fr/x", "xn--meli-43d.fr", True),
        ("аmeli.fr", "https://аmeli.fr/x", "xn--meli-43d.fr", True),
        ("ameli.fr", "https://ａmeli.fr/", "ameli.fr", True),
        ("ici", "https://ameli.fr%2evoleur.example/", "ameli.fr.voleur.example", True),
        ("Écrire", "mailto:dr@сabinet.mssante.fr", "xn--abinet-hrf.mssante.fr", True),
        ("société.fr", "https://www.société.fr/", "www.xn--socit-esab.fr", False),
        ("Société.fr", "https://xn--socit-esab.fr/", "xn--socit-esab.fr", False),
    ],
)
def test_a_host_in_letters_that_look_like_others_is_shown_as_it_is_asked_for(
    text: str, target: str, host: str, *, deceptive: bool
) -> None:
    link = make_link(1, text, target)

    assert (link.host, link.deceptive) == (host, deceptive)


@pytest.mark.parametrize(
    ("text", "target", "host"),
    [
        ("www.ameli.fr", "https://voleur.example/", "voleur.example"),
        ("ameli.fr", "https://ameli.fr.voleur.example/", "ameli.fr.voleur.example"),
        ("Voir https://www.monespacesante.fr !", "http://192.0.2.1/", "192.0.2.1"),
        ("ici", "https://www.ameli.fr@voleur.example/", "voleur.example"),
        ("ici", "https:\\\\www.ameli.fr\\@voleur.example", "www.ameli.fr"),
        ("www.ameli.fr", "//voleur.example/x", "voleur.example"),
        ("www.ameli.fr", "https://voleur.example\\.ameli.fr/", "voleur.example"),
        ("www.ameli.fr", "ht\ntps://voleur.example/", "voleur.example"),
        ("www.ameli.fr", " https://voleur.example/", "voleur.example"),
        ("dr@cabinet.fr", "mailto:voleur@autre.example", "autre.example"),
        ("192.0.2.1", "https://voleur.example/", "voleur.example"),
        ("MONESPACESANTE.FR", "https://voleur.example/", "voleur.example"),
        ("MonEspaceSante.Fr", "https://voleur.example/", "voleur.example"),
        ("https://MONESPACESANTE.FR", "https://voleur.example/", "voleur.example"),
        ("HTTPS://monespacesante.Care", "https://voleur.example/", "voleur.example"),
        ("[monespacesante.fr]", "https://voleur.example/", "voleur.example"),
        ("monespacesante.fr]", "https://voleur.example/", "voleur.example"),
        ("&lt;monespacesante.fr&gt;", "https://voleur.example/", "voleur.example"),
        ("monespacesante.fr!", "https://voleur.example/", "voleur.example"),
        ("_monespacesante.fr_", "https://voleur.example/", "voleur.example"),
        ("monespacesante.fr.2", "https://voleur.example/", "voleur.example"),
        ("monespacesante.fr\u200b", "https://voleur.example/", "voleur.example"),
        ("monespace\xadsante.\u2060fr", "https://voleur.example/", "voleur.example"),
        ("monespacesante.fr\u3164", "https://voleur.example/", "voleur.example"),
        ("monespacesante\u2024fr", "https://voleur.example/", "voleur.example"),
        ("ｍｏｎｅｓｐａｃｅｓａｎｔｅ．ｆｒ", "https://voleur.example/", "voleur.example"),
        ("ici", "javascript:alert(1)", ""),
        ("ici", "JavaScript&#58;alert(1)", ""),
        ("ici", "data:text/html,x", ""),
        ("ici", "file:///etc/passwd", ""),
        ("ici", "vbscript:x", ""),
        ("ici", "page.html", ""),
        ("ici", "http://", ""),
        ("ici", "http://[", ""),
    ],
)
def test_a_deceptive_link_is_named_so(text: str, target: str, host: str) -> None:
    html = f'<a href="{target}">{text}</a>'
    (link,) = render_html(html).links

    if "\\@" in target:  # browsers end the host at the backslash
        assert link.host == host
    else:
        assert (link.host, link.deceptive) == (host, True)


@pytest.mark.parametrize("piece", ["a", "-", "a.", "a.b-", ".", "https://", "www.", "\ufdfa", "a@"])
def test_the_text_of_a_link_is_read_in_linear_time(piece: str) -> None:
    started = time.process_time()
    for number in range(20):
        make_link(number, piece * 8_192, "https://voleur.example/")
    assert time.process_time() - started < 2.0


def test_reading_html_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    html = """<!DOCTYPE html SYSTEM "http://e.example/x.dtd"><link rel=stylesheet href="http://e.example/">
    <img src="http://e.example/"><iframe src="http://e.example/"></iframe><base href="http://e.example/">
    <body background="http://e.example/">x"""

    assert render_html(html).text == "x"


BOMBS = {
    "deep": "<div>" * 100_000 + "x" + "</div>" * 100_000,
    "deep tables": "<table><tr><td>x" * 80_000,
    "wide column": "<table><tr><td>" + "A" * 900_000 + "<tr><td>x<td>y" * 30_000,
    "cells": "<table><tr>" + "<td>x" * 39_000,
    "tables": "<table><tr><td>x<td>y</table>" * 9_000,
    "links": "<a href='http://a.b'>x</a>" * 30_000,
    "breaks": "<br>" * 39_000,
    "spaces": "<pre>" + " " * 1_900_000 + "x",
    "entities": "&amp;" * 400_000,
    "brackets": "<" * 2_000_000,
    "hosts": "<a href=http://x>" + "a." * 900_000 + "</a>",
    "style": "<p style='" + "opacity:0" * 200_000 + "'>x",
    "margins": "<p style='margin-left:99999999em;padding-left:99999999em'>x" * 1000,
    "spans": "<table><tr><td colspan=99999999 rowspan=99999999>x<td>y</table>",
    "spans below": "<table><tr>" + "<td rowspan=99999>x" * 9_000 + "<tr><td>y" * 15_000,
    "spans beside": "<table>" + "<tr><td colspan=99999>x<td>y" * 12_000,
    "spans of many": "<table><tr><td colspan=39>x<td>y<tr><td>x<td>y</table>" * 5_000,
    "powers": "<p>" + ("<sup>1" * 100 + "</sup>" * 100) * 390,
    "struck": "<p>" + ("<s>1" * 100 + "</s>" * 100) * 390,
    "bold": "<table><tr><td>" + ("<b>1" * 100 + "</b>" * 100) * 390 + "</table>",
    "quotes": ("<blockquote>1" * 100 + "</blockquote>" * 100) * 130,
    "sizes": "<p>" + ("<i style='font-size:0'>1" * 100 + "</i>" * 100) * 390,
    "fonts": "<p style='" + "font-family:" * 100_000 + "'>x",
    "blanks": "<table>" + ("<tr><td>x<td>" + "&nbsp;" * 2_000) * 150,
    "list": "<ol start=99999999999999999999>" + "<li value=9999999999999>x" * 9_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_rendered_in_good_time_and_space(bomb: str) -> None:
    began = time.perf_counter()

    rendered = render_html(bomb)

    assert time.perf_counter() - began < 8.0
    assert len(rendered.text) <= 2 * len(bomb)


def test_text_in_the_depth_is_not_lost() -> None:
    rendered = render_html("<div>" * 400 + "au fond &eacute;" + "</div>" * 400)

    assert rendered.text == "au fond é"
    assert rendered.simplified


def test_html_beyond_the_limit_is_cut_and_said_so() -> None:
    rendered = render_html("<p>début</p>" + " " * MAX_HTML_LENGTH + "<p>fin</p>")

    assert rendered.text == "début"
    assert rendered.simplified


PIECES = [
    *("<p>", "</p>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<a href='", "'>", "</a>"),
    *(
        "<s>",
        "</s>",
        "<sup>",
        "-9",
        "<sub>",
        "<b>",
        "</b>",
        "<blockquote>",
        "</blockquote>",
        "\ufdd1",
    ),
    *(
        "<td colspan=3>",
        "<td rowspan=2>",
        "<caption>",
        "<ol start=4>",
        "<li value=2>",
        "<hr>",
        "<dl>",
    ),
    *(
        "<p style='",
        "color:red;",
        "font-size:0;",
        "font-family:Symbol;",
        "white-space:pre;",
        "&nbsp;",
    ),
    *("display:block;", "vertical-align:super;", "line-through;", "<input type=checkbox checked>"),
    *("<img alt='", "<pre>", "<li>", "<ul>", "<script>", "</script>", "<svg>", "<p hidden>", "é"),
    *(
        "&#27;",
        "&#0;",
        "&#x9b;",
        "&#xd800;",
        "&#xffff;",
        "\x1b",
        "\x00",
        "\ud800",
        "\uffff",
        "\x0c",
    ),
    *(
        "http://",
        "a.b",
        "@",
        "[",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x",
        "?>",
        " ",
        "\n",
        "&amp",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(st.characters()))
@settings(max_examples=500, deadline=None)
def test_no_html_makes_rendering_fail(html: str) -> None:
    rendered = render_html(html)

    assert rendered.text == safe_block(rendered.text)
    assert all(link.target == safe_line(link.target) for link in rendered.links)
