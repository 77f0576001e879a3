"""The Chinese texts use the terms of the textbooks, one for each, with Chinese punctuation."""

import re

import pytest

from app.i18n import catalog

CHINESE = {key.split("\x04")[-1]: text for key, text in catalog("zh").items()}

# What an English term is called; where one of several words is right, any of them.
TERMS = {
    r"region proposal network": "区域生成网络",
    r"proposals?\b(?! network)": "候选框",
    r"objectness": "前景概率",
    r"\banchors?\b": "锚框",
    r"\bdeltas?\b": "偏移量",
    r"\bone-stage\b": "单阶段",
    r"\btwo-stage\b": "两阶段",
    r"\bconfidence\b": "置信度",
    r"\bsuppressed\b": "抑制",
    r"\bgradient norms?\b": "梯度范数",
    r"\bagainst the gradient\b": "负梯度方向",
    r"\bdiverge[ds]?\b": "发散",
    r"\binitializations?\b": "初始化",
    r"\bstandard errors?\b": "标准误",
    r"\bstandard deviation\b": "标准差",
    r"\bbatch size\b": "批量大小",
    r"\btraining points?\b": "训练点",
    r"\bvalidation points?\b": "验证点",
    r"\btest points?\b": "测试点",
    r"(?<!for the )\bprojector\b": "投影头",
    r"\bencoder\b": "编码器",
    r"\bfine-tun": "微调",
    r"\bcollapsed?\b": "坍塌",
    r"\bcapacity\b": "容量",
    r"\btraining error\b": "训练误差",
    r"\btest error\b": "测试误差",
    r"\bgeneralization error\b": "泛化误差",
    r"\bweight decay\b": "权重衰减",
    r"\brunning (mean|variance|statistics)\b": "滑动",
}
# Words that are not the term, or not written by a teacher.
WRONG = (
    "提议", "自信", "物体概率", "瞎猜", "一切界限", "标准误差", "双胞胎", "梯度的长度", "斜率陡",
    "初始值尺度", "初始尺度", "激活之前", "激活之后", "点播放", "请按播放", "请按“", "百万像素",
)  # fmt: skip
HAN = r"[\u4e00-\u9fff]"
HALF = re.compile(
    rf"{HAN} ?[,;:?!]|[,;:?!] ?{HAN}|(?<!log)\([^()]*{HAN}[^()]*\)|\d %|\d,\d{{3}}|\}} %"
)


@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_its_chinese_word_wherever_it_stands(term: str) -> None:
    told = [key for key in CHINESE if re.search(term, key, re.IGNORECASE)]
    assert told
    assert [key for key in told if TERMS[term] not in CHINESE[key]] == []


@pytest.mark.parametrize("word", WRONG)
def test_a_wrong_word_stands_nowhere(word: str) -> None:
    assert [text for text in CHINESE.values() if word in text] == []


def test_punctuation_beside_chinese_is_chinese_and_percent_and_thousands_have_no_gap() -> None:
    assert [text for text in CHINESE.values() if HALF.search(text)] == []
