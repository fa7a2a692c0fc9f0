"""What is kept of a picture."""

import io

from django.core.files.base import ContentFile
from django.test import SimpleTestCase
from PIL import Image, ImageCms

from files import pictures
from files.recognition import JPEG, PNG, RefusedFile

from . import samples


def make_master(content):
    """Return (format, decoded Pillow image, encoded bytes) of what is kept of ``content``."""
    format, width, height, kept = pictures.make_master(ContentFile(content))
    image = Image.open(io.BytesIO(kept))
    assert image.size == (width, height)
    image.load()
    return format, image, kept


class MetadataTests(SimpleTestCase):
    def test_place_camera_and_words_are_taken_out(self):
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        for format, options in (
            ("JPEG", {"comment": b"SecretComment", "xmp": b"<x>SecretXmp</x>"}),
            ("PNG", {}),
            ("WEBP", {"xmp": b"<x>SecretXmp</x>"}),
        ):
            with self.subTest(format):
                content = samples.photograph(format=format, exif=exif, icc_profile=profile, **options)
                self.assertIn(b"Secret", content)
                _format, image, kept = make_master(content)
                self.assertNotIn(b"Secret", kept)
                self.assertEqual(dict(image.getexif()), {})
                self.assertFalse({"exif", "icc_profile", "comment", "xmp"} & set(image.info))

    def test_bytes_behind_the_picture_are_left_behind(self):
        _format, _image, kept = make_master(samples.picture() + b"<script>alert(1)</script>")
        self.assertNotIn(b"script", kept)

    def test_the_orientation_is_applied(self):
        # The white corner, upper left in the file, is upper right when the picture is turned by 90° clockwise.
        exif = Image.Exif()
        exif[0x0112] = 6
        _format, image, _kept = make_master(samples.picture(800, 500, format="JPEG", exif=exif))
        self.assertEqual(image.size, (500, 800))
        self.assertGreater(min(image.getpixel((490, 10))), 240)
        self.assertLess(min(image.getpixel((10, 10))), 100)

    def test_a_broken_exif_block_is_no_reason_to_refuse(self):
        _format, image, _kept = make_master(samples.photograph(exif=b"Exif\0\0not a TIFF at all"))
        self.assertEqual(image.size, (800, 500))

    def test_colours_of_another_space_are_brought_to_srgb(self):
        content = samples.picture(mode="CMYK", colour=(255, 0, 0, 0), format="JPEG")
        _format, image, _kept = make_master(content)
        self.assertEqual(image.mode, "RGB")
        red, green, blue = image.getpixel((300, 300))
        self.assertLess(red, 30)
        self.assertGreater(min(green, blue), 220)


class MasterTests(SimpleTestCase):
    def test_a_photograph_becomes_jpeg_and_a_graphic_png(self):
        self.assertIs(make_master(samples.photograph(format="JPEG"))[0], JPEG)
        self.assertIs(make_master(samples.photograph(format="PNG"))[0], JPEG)
        self.assertIs(make_master(samples.picture(format="PNG"))[0], PNG)
        self.assertIs(make_master(samples.picture(format="JPEG"))[0], JPEG)
        grey_grain = Image.effect_noise((800, 500), 60)
        self.assertIs(make_master(samples.encoded(grey_grain, "PNG"))[0], JPEG)

    def test_transparency_is_kept_and_mere_opacity_is_not(self):
        format, image, _kept = make_master(samples.picture(mode="RGBA", colour=(0, 0, 0, 0)))
        self.assertEqual((format, image.mode), (PNG, "RGBA"))
        _format, image, _kept = make_master(samples.picture(mode="RGBA", colour=(0, 128, 128, 255)))
        self.assertEqual(image.mode, "RGB")

    def test_of_an_animation_the_first_frame_stays(self):
        frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
        for format in ("GIF", "PNG", "WEBP"):
            content = samples.encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=80)
            with self.subTest(format):
                _format, image, _kept = make_master(content)
                self.assertEqual(getattr(image, "n_frames", 1), 1)
                self.assertGreater(image.getpixel((5, 5))[0], 240)

    def test_unusual_modes_are_taken(self):
        for mode, colour, format in (("1", 1, "PNG"), ("L", 128, "PNG"), ("P", 3, "GIF"), ("LA", (9, 9), "PNG")):
            with self.subTest(mode):
                make_master(samples.picture(mode=mode, colour=colour, format=format))

    def test_sixteen_bits_of_grey_are_scaled_down(self):
        _format, image, _kept = make_master(samples.picture(mode="I;16", colour=32768))
        self.assertEqual(image.getpixel((5, 5)), (128, 128, 128))

    def test_a_large_picture_is_shrunk_and_a_small_one_left(self):
        self.assertEqual(make_master(samples.photograph(6000, 4000))[1].size, (2400, 1600))
        self.assertEqual(make_master(samples.photograph(4000, 6000, format="PNG"))[1].size, (2400, 3600))
        self.assertEqual(make_master(samples.photograph(300, 200))[1].size, (300, 200))

    def test_a_long_poster_stays_legible(self):
        self.assertEqual(make_master(samples.photograph(1080, 7000))[1].size, (1080, 7000))

    def test_a_truncated_picture_is_refused(self):
        for format in ("JPEG", "PNG", "GIF", "WEBP"):
            content = samples.photograph(format=format)
            for share in (0.9, 0.5, 0.1):
                with self.subTest(format=format, share=share), self.assertRaises(RefusedFile):
                    make_master(content[: int(len(content) * share)])


class RenditionTests(SimpleTestCase):
    def renditions(self, content):
        found = {}
        for width, format, encoded in pictures.make_renditions(io.BytesIO(content)):
            image = Image.open(io.BytesIO(encoded))
            self.assertEqual((image.width, image.format), (width, format.name if format.name != "WebP" else "WEBP"))
            found.setdefault(width, {})[format.extension] = image
        return found

    def test_each_width_below_the_master_comes_as_webp_and_as_fallback(self):
        found = self.renditions(samples.photograph(2400, 1500))
        self.assertEqual(sorted(found), [480, 960, 1600])
        for width, images in found.items():
            self.assertEqual(set(images), {"webp", "jpg"})
            self.assertEqual(images["webp"].height, width * 1500 // 2400)

    def test_a_smaller_master_has_a_webp_of_its_own_width(self):
        found = self.renditions(samples.photograph(1000, 500))
        self.assertEqual({width: set(images) for width, images in found.items()},
                         {480: {"webp", "jpg"}, 960: {"webp", "jpg"}, 1000: {"webp"}})  # fmt: skip

    def test_the_renditions_of_a_graphic_are_without_loss(self):
        found = self.renditions(samples.picture(600, 400))
        self.assertEqual(set(found[480]), {"webp", "png"})
        self.assertEqual(found[600]["webp"].convert("RGB").getpixel((10, 10)), (255, 255, 255))
        self.assertEqual(found[600]["webp"].convert("RGB").getpixel((500, 300)), (0, 128, 128))
