"""Files of health insurance as a hospital's software writes them, for tests: envelope, dossiers, inner files."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

Row = Mapping[str, str]

WRAPPED = {
    "XML2": ("CHITIEU_CHITIET_THUOC", "DSACH_CHI_TIET_THUOC", "CHI_TIET_THUOC"),
    "XML3": ("CHITIEU_CHITIET_DVKT_VTYT", "DSACH_CHI_TIET_DVKT", "CHI_TIET_DVKT"),
    "XML4": ("CHITIEU_CHITIET_DICHVUCANLAMSANG", "DSACH_CHI_TIET_CLS", "CHI_TIET_CLS"),
    "XML5": ("CHITIEU_CHITIET_DIENBIENLAMSANG", "DSACH_CHI_TIET_DIEN_BIEN_BENH", "CHI_TIET_DIEN_BIEN_BENH"),
    "XML7": ("CHI_TIEU_DU_LIEU_GIAY_RA_VIEN",),
    "XML8": ("CHI_TIEU_DU_LIEU_TOM_TAT_HO_SO_BENH_AN",),
}
MONEY = ("T_THUOC", "T_VTYT", "T_TONGCHI_BV", "T_TONGCHI_BH", "T_BNTT", "T_BNCCT", "T_BHTT", "T_NGUONKHAC")


def visit(key: str, facility: str = "66001", **changes: str) -> dict[str, str]:
    """A row of XML1 that is conformant and meets every rule whose columns the format has."""
    return {
        "MA_LK": key,
        "STT": "1",
        "MA_BN": f"BN-{key}",
        "HO_TEN": "Y Bhim Niê",
        "SO_CCCD": "066080000001",
        "NGAY_SINH": "198005170000",
        "GIOI_TINH": "1",
        "MA_QUOCTICH": "000",
        "MA_DANTOC": "05",
        "MA_NGHE_NGHIEP": "63100",
        "DIA_CHI": "Buôn Ea Tu",
        "MATINH_CU_TRU": "66",
        "MAXA_CU_TRU": "24154",
        "LY_DO_VV": "Ho và sốt",
        "CHAN_DOAN_VAO": "Viêm họng cấp",
        "CHAN_DOAN_RV": "Viêm họng cấp",
        "MA_BENH_CHINH": "J02.9",
        "MA_DOITUONG_KCB": "1.1",
        "NGAY_VAO": "202602030800",
        "NGAY_RA": "202602030900",
        "KET_QUA_DTRI": "1",
        "MA_LOAI_RV": "1",
        **dict.fromkeys(MONEY, "0"),
        "T_BHTT_GDV": "0",
        "NAM_QT": "2026",
        "THANG_QT": "02",
        "MA_LOAI_KCB": "01",
        "MA_KHOA": "K01",
        "MA_CSKCB": facility,
        "CAN_NANG": "60",
        "MA_HSBA": f"HS-{key}",
        "MA_TTDV": "0012345678",
        **changes,
    }


def content(kind: str, rows: Sequence[Row]) -> str:
    """The inner file: rows inside the elements that the decision lays down."""
    *outer, each = WRAPPED.get(kind, ("TONG_HOP",))
    inside = "".join(f"<{each}>{_fields(row)}</{each}>" for row in rows)
    for name in reversed(outer):
        inside = f"<{name}>{inside}</{name}>"
    return f'<?xml version="1.0" encoding="utf-8"?>{inside}'


def _fields(row: Row) -> str:
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in row.items())


def packed(kind: str, text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return as_it_is(kind, base64.b64encode(raw).decode())


def as_it_is(kind: str, inside: str) -> str:
    return f"<FILEHOSO><LOAIHOSO>{kind}</LOAIHOSO><NOIDUNGFILE>{inside}</NOIDUNGFILE></FILEHOSO>"


def dossier(**kinds: Sequence[Row]) -> str:
    """One HOSO: ``dossier(XML1=[visit("a")], XML2=[...])``."""
    return "".join(packed(kind, content(kind, rows)) for kind, rows in kinds.items())


def envelope(
    dossiers: Iterable[str], sender: str = "66001", made: str = "20260401", announced: int | None = None
) -> bytes:
    inside = [f"<HOSO>{one}</HOSO>" for one in dossiers]
    number = len(inside) if announced is None else announced
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<GIAMDINHHS>\n'
        f"<THONGTINDONVI><MACSKCB>{sender}</MACSKCB></THONGTINDONVI>\n"
        f"<THONGTINHOSO><NGAYLAP>{made}</NGAYLAP><SOLUONGHOSO>{number}</SOLUONGHOSO>\n<DANHSACHHOSO>\n"
        + "\n".join(inside)
        + "\n</DANHSACHHOSO></THONGTINHOSO>\n<CHUKYDONVI/></GIAMDINHHS>\n"
    ).encode()
