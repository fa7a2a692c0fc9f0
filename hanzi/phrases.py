"""Where a title may be broken into lines."""

import re

import rjieba

from . import script

_CHINESE = script.IDEOGRAPHS + "“”‘’…—，。、：；？！（）《》〈〉【】「」『』〔〕"
_space_between_phrases = re.compile(rf"(?<=[{_CHINESE}])\s+(?=[{_CHINESE}\d])|(?<=[{_CHINESE}\d])\s+(?=[{_CHINESE}])")

_OPENING = "“‘（《〈【「『〔([#￥$"
_CLOSING = "”’）》〉】」』〕)]，。、：；？！,.:;?!%％·…—"

_MEASURES = "年月日号届次个家名项期批版周岁天点时分秒万亿元人位件条款章类级篇份场轮强米吨度"
_digits_go_on = re.compile(r"\d[:：,./~—-]?$|\d月$")  # 10:30, 1,000, 8月29日

# Single characters lean on the word before them if they are an ending or a particle, else on the word after them.
_ENDINGS = frozenset("的地得了着过们等之者会月奖展周节局处部厅院所厂站网区省市县园家员性化式型版期率法书课班团组库链")

_LONGEST = 8  # characters: a narrow column at the largest reading size holds no more


def phrases(title: str) -> list[list[str]]:
    """Return ``title`` as segments, each a list of words between which a line may end.

    Segments are what a space between two Chinese phrases parts (赞民族工业 品工匠之心); a space beside Latin stays at the
    end of its word. Marks stay with the word they belong to, numbers with their measure: 2025年, 第25届. Joined, the
    words give the title without the spaces between segments.
    """
    return [_words(segment) for segment in _space_between_phrases.split(title.strip()) if segment]


def _words(segment):
    words = []
    for token in rjieba.cut(segment, True):
        if words and _belongs_to(words[-1], token):
            words[-1] += token
        else:
            words.append(token)
    return words


def _belongs_to(word, token):
    """Return whether no line may end between ``word`` and ``token``."""
    last, first = word[-1], token[0]
    if last in _OPENING or first in _CLOSING or first.isspace():
        return True
    if first.isdigit():
        return last == "第" or bool(_digits_go_on.search(word))
    if last.isdigit():
        return first in _MEASURES
    if len(word) + len(token) > _LONGEST:
        return False
    if first == "之" or token in _ENDINGS:
        return True
    stem = word.lstrip(_OPENING)
    return len(stem) == 1 and bool(script.ideograph.match(stem)) and stem not in _ENDINGS
