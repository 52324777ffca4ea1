"""The words that titles of columns are made of, and which of them are names too.

A word that is a name of anybody, in any spelling, stands only in ``PAIRS``: "bình" in "trung bình" is none, "hs bình"
is a child.
"""

from __future__ import annotations

from typing import Final

WORDS: Final = frozenset({
    "absent", "active", "address", "allergy", "assessment", "attempted", "attendance", "average", "birth", "campus",
    "category", "cccd", "cha", "citizenship", "city", "class", "cmnd", "code", "comment", "contact", "country",
    "course", "created", "credit", "credits", "cumulative", "current", "data", "date", "department", "disability",
    "district", "earned", "education", "email", "emergency", "end", "enrollment", "enrolment", "entry", "exam",
    "excused", "exempt", "exit", "external", "father", "fax", "flag", "former", "gender", "gpa", "grade",
    "graduation", "group", "guardian", "gv", "gvcn", "home", "homeroom", "hours", "hs", "id", "income", "insurance",
    "internal", "language", "level", "minutes", "mobile", "modified", "mother", "name", "nationality", "notes",
    "number", "numeric", "office", "parent", "period", "phone", "postal", "preferred", "presence", "previous",
    "program", "province", "pupil", "rank", "reason", "record", "region", "relationship", "remarks", "residence",
    "result", "room", "school", "score", "section", "semester", "sequence", "sheet", "special", "state", "status",
    "student", "subject", "teacher", "term", "test", "title", "total", "type", "updated", "year", "zip",
    "bậc", "buổi", "chỉ", "chú", "cước", "đdcn", "địa", "điểm", "điện", "đtb", "họ", "huyện", "khối", "khuyết",
    "loại", "lớp", "mẹ", "môn", "ngày", "nghề", "nghèo", "nghỉ", "nơi", "phường", "quê", "sđt", "số", "sở", "tật",
    "tên", "tháng", "thiểu", "tịch", "tộc", "trạng", "trú", "tuổi", "xã", "xếp", "xét",
})  # fmt: skip
"""Words that titles have and names have not; of these a title needs one."""
PLAIN: Final = frozenset({
    "and", "by", "federal", "final", "for", "full", "has", "is", "legal", "local", "middle", "of", "order", "other",
    "primary", "start", "tb",
    "ấp", "mã", "người", "ở", "tỉnh", "và", "vào",
})  # fmt: skip
"""Words that stand beside those and are no names of persons; "Mã" is a family, whose members have another name."""
PAIRS: Final = frozenset(
    pair
    for line in (
        # a word of English, or of Vietnamese without marks, that is somebody's name with or without them
        "all days|all subjects|alpha code|at end|at home|at school|birth day|class list|days absent|days excused",
        "days of|days present|ell exit|ell entry|ell level|ell program|ell status|federal race|first date|first day",
        "first language|first name|first semester|first term|for the|full day|grad date|grad year|home language",
        "home street|in class|in program|in school|is ell|last date|last day|last modified|last name|last school",
        "last updated|last year|list of|low income|native language|of the|of days|phone no|room no|student no|id no",
        "race code|race ethnicity|relationship to|school day|school days|street address|street name|street number",
        "subject list|the class|the school|the year|to date|to school|to student|total days|unique id",
        "unique identifier|ward code|ward id|ward name",
        # and one of Vietnamese
        "bản sao|bản thân|bảo hiểm|bác sĩ|bình thường|bỏ học|cá nhân|cả năm|căn cước|cận nghèo|chính quy|chính sách",
        "chính thức|chủ hộ|chuyển đến|chuyển đi|chuyển lớp|chuyển trường|chỉ trường|con hộ|con liệt|con thương|cơ sở",
        "công dân|cuối kì|cuối kỳ|cuối năm|dân phố|dân tộc|danh bạ|danh hiệu|danh sách|diện chính|diện hộ|diện ưu",
        "địa lí|địa lý|điện thoại|định danh|đoàn đội|đối tượng|đtb năm|gia đình|giám hộ|giáo dục|giáo viên|giới tính",
        "giữa kì|giữa kỳ|hạnh kiểm|hình thức|hiệu trưởng|hoàn thành|hoàn cảnh|hộ cận|hộ khẩu|hộ nghèo|hộ tịch",
        "học bạ|học kì|học kỳ|học lực|học phí|học sinh|học tập|hôn nhân|khai sinh|khối học|khuyết tật|kinh tế",
        "liên hệ|liên lạc|liệt sĩ|loại hình|loại trường|lí do|lý do|lớp học|mã trường|môn học|năm học|năm sinh",
        "nghề nghiệp|nghỉ học|ngày đến|ngày đi|ngày ghi|ngày nhập|ngày sinh|nhân khẩu|nhân thân|nhận xét|nhập học",
        "nơi đến|nơi đi|nơi sinh|phụ huynh|quản lý|quận huyện|quan hệ|quê quán|quốc tịch|ra trường|rèn luyện",
        "số con|số nhà|sở trường|tạm trú|tạm vắng|tb năm|tên trường|thành phần|thành phố|thành tích|thể chất|theo học",
        "thoại trường|thôi học|thôn bản|thôn xóm|thương binh|thường trú|tiểu học|tín chỉ|tính danh|tổ dân|tôn giáo",
        "tốt nghiệp|trạng thái|trong năm|trung bình|trung học|trường học|tuyển sinh|ưu tiên|vào đoàn|vào đội",
        "xác nhận|xuất thân|y tế|ý kiến|ý thức",
    )
    for pair in line.split("|")
)  # fmt: skip
"""Two words beside each other that are a title together. Either of them may be a name without the other."""
ALONE: Final = frozenset({"họ", "tên", "khối", "môn", "điểm", "tuổi", "tỉnh", "huyện", "xã", "phường", "trường"})
"""Titles of one word, with their marks: without them some are names."""
FAMILIES: Final = frozenset({
    "bùi", "bui", "đặng", "đinh", "đỗ", "dương", "huỳnh", "huynh", "lê", "ngô", "ngo", "nguyễn", "nguyen", "phạm",
    "pham", "phan", "trần", "tran", "trịnh", "trinh", "trương", "võ", "vũ",
})  # fmt: skip
"""With which no title begins, however it is written."""
