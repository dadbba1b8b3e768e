"""Small real files to join to the demo's letters: PDF, PNG, DOCX, and an XDM archive."""

import io
import struct
import zipfile
import zlib

from tui_mailer.demo.letters import Attachment
from tui_mailer.demo.people import DemoPatient

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ZIP_DATE = (2020, 1, 1, 0, 0, 0)


def attachment(name: str, lines: tuple[str, ...]) -> Attachment:
    """Make the file that its name promises (``.pdf``, ``.png``, ``.docx``, ``.txt``).

    Args:
        name: of the file.
        lines: what the document says.

    Raises:
        KeyError: no such kind of file is made here.
    """
    suffix = name.rpartition(".")[2].lower()
    media_type, make = {
        "pdf": ("application/pdf", pdf),
        "png": ("image/png", png),
        "docx": (_DOCX, docx),
        "txt": ("application/octet-stream", plain),
    }[suffix]
    return Attachment(name, media_type, make(lines))


def plain(lines: tuple[str, ...]) -> bytes:
    """A text file in UTF-8."""
    return "\n".join(lines).encode()


def pdf(lines: tuple[str, ...]) -> bytes:
    """A one-page PDF 1.4 with a right cross-reference table."""
    escaped = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    shown = " ".join(f"({line}) Tj T*" for line in escaped)
    page_text = f"BT /F1 12 Tf 16 TL 60 780 Td {shown} ET".encode("cp1252", "replace")
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>"
    )
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(page_text), page_text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    written = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(written)
    return written + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def png(lines: tuple[str, ...]) -> bytes:
    """A 64 × 64 grey gradient, its shade drawn from ``lines``."""
    shade = zlib.crc32("".join(lines).encode()) % 128
    rows = b"".join(b"\0" + bytes(shade + (x + y) // 2 for x in range(64)) for y in range(64))
    header = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def docx(lines: tuple[str, ...]) -> bytes:
    """The smallest archive that a word processor opens."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship '
            f'Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{paragraphs}</w:body>'
            "</w:document>",
        }
    )


def archive(files: dict[str, str]) -> bytes:
    """A ZIP of text files, the same bytes at each call."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in files.items():
            opened.writestr(zipfile.ZipInfo(name, _ZIP_DATE), text)
    return buffer.getvalue()


def xdm_archive(patient: DemoPatient, title: str, birth_date: str) -> Attachment:
    """An ``IHE_XDM.ZIP`` with one CDA document about ``patient`` (Ref#2 §3.1.1).

    Args:
        patient: whom the document is about.
        title: of the document.
        birth_date: ``YYYYMMDD``.
    """
    identifier = f"{patient.ins}^^^&amp;1.2.250.1.213.1.4.8&amp;ISO^NH"
    metadata = (
        '<SubmitObjectsRequest xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0">'
        '<RegistryObjectList xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">'
        f'<ExtrinsicObject id="Document01" mimeType="text/xml"><Name><LocalizedString '
        f'value="{title}"/></Name><ExternalIdentifier registryObject="Document01" '
        f'identificationScheme="urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427" '
        f'value="{identifier}"/></ExtrinsicObject></RegistryObjectList></SubmitObjectsRequest>'
    )
    document = (
        f'<ClinicalDocument xmlns="urn:hl7-org:v3"><title>{title}</title><recordTarget>'
        f'<patientRole><id root="1.2.250.1.213.1.4.8" extension="{patient.ins}"/><patient><name>'
        f'<given>{patient.given_name}</given><family qualifier="BR">{patient.family_name}</family>'
        f'</name><birthTime value="{birth_date}"/></patient></patientRole></recordTarget>'
        "</ClinicalDocument>"
    )
    content = archive(
        {
            "README.TXT": f"{title}\r\n",
            "INDEX.HTM": f"<html><body><p>{title}</p></body></html>",
            "IHE_XDM/SUBSET01/METADATA.XML": metadata,
            "IHE_XDM/SUBSET01/DOC0001.XML": document,
        }
    )
    return Attachment("IHE_XDM.ZIP", "application/zip", content)
