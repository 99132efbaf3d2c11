//! Small pictures of every kind that is read, and of some that are not.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

pub(super) fn all() -> Vec<Vec<u8>> {
    let plain =
        DynamicImage::ImageRgb8(RgbImage::from_fn(24, 16, |x, y| Rgb([x as u8 * 9, y as u8 * 9, 80])));
    let clear =
        DynamicImage::ImageRgba8(RgbaImage::from_fn(9, 7, |x, y| Rgba([x as u8, y as u8, 7, x as u8 * 20])));
    let grey = DynamicImage::ImageLuma16(plain.to_luma16());
    let jpeg = encoded(&plain, ImageFormat::Jpeg);
    vec![
        with_exif(&jpeg),
        jpeg,
        encoded(&DynamicImage::ImageLuma8(plain.to_luma8()), ImageFormat::Jpeg),
        encoded(&plain, ImageFormat::Png),
        encoded(&clear, ImageFormat::Png),
        encoded(&grey, ImageFormat::Png),
        encoded(&plain, ImageFormat::Bmp),
        encoded(&clear, ImageFormat::WebP),
        b"%PDF-1.7 something".to_vec(),
        b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(),
    ]
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// Turned by a quarter, with a day on which it was taken.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let date = b"2026:10:05 09:30:00\0";
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    for (tag, kind, count, value) in [(0x0112u16, 3u16, 1u32, 6u32), (0x0132, 2, date.len() as u32, 38)] {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(date);
    let length = (tiff.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &tiff, &jpeg[2..]].concat()
}
