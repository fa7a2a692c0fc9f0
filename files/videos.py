"""Reading the boxes of an MP4 video: whether it is whole, how it is coded, how large and how long it is.

Nothing is decoded; of the video itself no byte is read. Source of the layout: ISO/IEC 14496-12, 4.2 "Object structure"
and 8 "Box structures"; 14496-15, 5.4 "AVC sample entry".
"""

import struct
from dataclasses import dataclass

MAX_BOXES = 1_000  # looked at; a phone's video has about fifty
MAX_INDEX_BYTES = 32 * 1024 * 1024  # of the box that describes the rest; three hours of film take about ten
MAX_SIDE = 8192
MAX_SECONDS = 24 * 60 * 60

# What stands in a file beside its other boxes. Another kind would be a second file behind the first.
OUTER_KINDS = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"udta", b"meta", b"pdin", b"sidx"}
FRAGMENT_KINDS = {b"moof", b"styp", b"mfra"}
PLAYABLE = {b"avc1", b"avc3", b"mp4a"}  # H.264 and, in every program that writes it with H.264, AAC


class DamagedVideo(ValueError):
    """The boxes do not fit into each other, or something is missing."""


class ForeignCoding(ValueError):
    """A whole video, coded in a way that not every browser plays; its argument names the coding: ``"hvc1"``."""


@dataclass(frozen=True)
class Video:
    """``width`` and ``height`` in pixels as it is shown, upright; ``duration_seconds`` a whole number of at least 1."""

    width: int
    height: int
    duration_seconds: int


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int  # of what it holds, behind its header
    end: int


def read_video(file):
    """Return the Video in ``file`` (seekable, its length in ``size``); DamagedVideo or ForeignCoding if there is none."""
    return _Reader(file).read_video()


class _Reader:
    def __init__(self, file):
        self.file, self.boxes_left = file, MAX_BOXES

    def read_video(self):
        outer = self.boxes(0, self.file.size, is_outer=True)
        kinds = [box.kind for box in outer]
        if FRAGMENT_KINDS & set(kinds):
            raise ForeignCoding("fragments")
        if kinds[:1] != [b"ftyp"] or kinds.count(b"ftyp") > 1 or set(kinds) - OUTER_KINDS or b"mdat" not in kinds:
            raise DamagedVideo("odd outer boxes")
        movie = self.only(outer, b"moov")
        if movie.end - movie.start > MAX_INDEX_BYTES:
            raise DamagedVideo("too large an index")
        inner = self.boxes(movie.start, movie.end)
        data = [box for box in outer if box.kind == b"mdat"]
        pictures = []
        for track in inner:
            if track.kind == b"trak":
                pictures += self.read_track(track, data)
        if not pictures:
            raise DamagedVideo("no pictures")
        width, height = pictures[0]
        return Video(width, height, self.read_duration(self.only(inner, b"mvhd")))

    def read_track(self, track, data):
        """Return [(width, height)] for a track of pictures, [] for sound and others; ForeignCoding, DamagedVideo."""
        inner = self.boxes(track.start, track.end)
        media = self.within(inner, b"mdia")
        (handler,) = self.unpack("8x4s", self.only(media, b"hdlr"))
        if handler not in (b"vide", b"soun"):
            return []
        table = self.within(self.within(media, b"minf"), b"stbl")
        entry_count, coding = self.unpack("4xI4x4s", self.only(table, b"stsd"))
        if entry_count < 1:
            raise DamagedVideo("no sample description")
        if coding not in PLAYABLE:
            raise ForeignCoding(coding.decode("ascii", "replace").strip())
        self.check_samples(table, data)
        return [self.read_size(self.only(inner, b"tkhd"))] if handler == b"vide" else []

    def check_samples(self, table, data):
        """Hold what the tables say of themselves to their own length, and the first piece to lie in the data."""
        sizes = self.only(table, b"stsz")
        sample_bytes, sample_count = self.unpack("4xII", sizes)
        if not sample_count or not sample_bytes and sizes.end - sizes.start != 12 + 4 * sample_count:
            raise DamagedVideo("odd sample sizes")
        is_long = any(box.kind == b"co64" for box in table)
        places = self.only(table, b"co64" if is_long else b"stco")
        place_count, first = self.unpack("4xIQ" if is_long else "4xII", places)
        if places.end - places.start != 8 + (8 if is_long else 4) * place_count:
            raise DamagedVideo("odd places")
        if not any(box.start <= first < box.end for box in data):
            raise DamagedVideo("samples outside of the data")

    def read_size(self, header):
        """Return (width, height) of a track as it is shown: a telephone held upright says so by a rotation."""
        (version,) = self.unpack("B", header)
        # The matrix, of which the upper left corner turns; whole pixels stand before the point of 16.16.
        a, b, c, d, width, height = self.unpack(f"{52 if version else 40}x2i4x2i16x2I", header)
        width, height = width >> 16, height >> 16
        if not a and not d and b and c:
            width, height = height, width
        if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
            raise DamagedVideo("odd size")
        return width, height

    def read_duration(self, header):
        (version,) = self.unpack("B", header)
        scale, duration = self.unpack("20xIQ" if version else "12xII", header)
        if not scale or not 0 < duration <= MAX_SECONDS * scale:
            raise DamagedVideo("odd duration")
        return max(1, round(duration / scale))

    # -- Boxes --------------------------------------------------------------------------------------------------------

    def boxes(self, start, end, is_outer=False):
        """Return the boxes (list) that fill the file from ``start`` to ``end``, without a gap."""
        found = []
        while start < end:
            self.boxes_left -= 1
            if self.boxes_left < 0:
                raise DamagedVideo("too many boxes")
            size, kind = struct.unpack(">I4s", self.read(start, 8, end))
            header_size = 8
            if size == 1:
                (size,) = struct.unpack(">Q", self.read(start + 8, 8, end))
                header_size = 16
            elif size == 0 and is_outer and kind == b"mdat":
                size = end - start  # the last one may run on to the end
            if not header_size <= size <= end - start:
                raise DamagedVideo("a box larger than what holds it")
            found.append(_Box(kind, start + header_size, start + size))
            start += size
        return found

    def within(self, boxes, kind):
        box = self.only(boxes, kind)
        return self.boxes(box.start, box.end)

    def only(self, boxes, kind):
        """Return the one box of ``kind``; DamagedVideo if there is none or a second."""
        found = [box for box in boxes if box.kind == kind]
        if len(found) != 1:
            raise DamagedVideo(f"{len(found)} boxes {kind}")
        return found[0]

    def unpack(self, layout, box):
        layout = ">" + layout
        return struct.unpack(layout, self.read(box.start, struct.calcsize(layout), box.end))

    def read(self, start, length, end):
        if start + length > end:
            raise DamagedVideo("a box too short")
        self.file.seek(start)
        content = self.file.read(length)
        if len(content) < length:
            raise DamagedVideo("cut off")
        return content
