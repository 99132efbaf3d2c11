//! Making a picture smaller.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, Rgb, RgbImage};

/// Below this a photo says nothing any more.
const SHORTEST_EDGE: u32 = 160;

/// The picture with no edge longer than `edge`; never larger than it was.
pub(super) fn within(picture: DynamicImage, edge: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    if width.max(height) <= edge {
        return picture;
    }
    // Twice as large by the quick way first: the good way reads every pixel often.
    let near = if width.max(height) > edge * 4 { picture.thumbnail(edge * 2, edge * 2) } else { picture };
    near.resize(edge, edge, FilterType::Triangle)
}

/// As a JPEG of at most so many bytes: coarser, then smaller.
pub(super) fn jpeg(picture: DynamicImage, most: usize) -> Option<(DynamicImage, Vec<u8>)> {
    let mut picture = DynamicImage::ImageRgb8(on_white(picture));
    loop {
        for quality in [85, 75, 60] {
            let mut bytes = Vec::new();
            JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture).ok()?;
            if bytes.len() <= most {
                return Some((picture, bytes));
            }
        }
        let edge = picture.width().max(picture.height()) * 3 / 4;
        if edge < SHORTEST_EDGE {
            return None;
        }
        picture = within(picture, edge);
    }
}

/// A JPEG has no transparency; what lay behind it is paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let seen = picture.into_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [r, g, b, a] = seen.get_pixel(x, y).0;
        let over = |c: u8| ((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a))) / 255) as u8;
        Rgb([over(r), over(g), over(b)])
    })
}
