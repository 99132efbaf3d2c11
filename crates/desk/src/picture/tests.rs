use super::*;
use image::{ImageFormat, Rgb, RgbImage, RgbaImage};

fn encoded(picture: DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Left half red, right half blue.
fn two_halves(width: u32, height: u32) -> DynamicImage {
    let half = |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, half))
}

/// A TIFF head with orientation, a day, and words that must not survive.
fn exif(orientation: u16) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let secret = b"GPS-SECRET-31.8N-117.2E\0";
    let date = b"2026:10:05 09:30:00\0";
    let entries: [(u16, u16, u32, u32); 3] = [
        (0x010e, 2, secret.len() as u32, 8 + 2 + 3 * 12 + 4),
        (0x0112, 3, 1, u32::from(orientation)),
        (0x0132, 2, date.len() as u32, 8 + 2 + 3 * 12 + 4 + secret.len() as u32),
    ];
    tiff.extend(3u16.to_le_bytes());
    for (tag, kind, count, value) in entries {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(secret);
    tiff.extend(date);
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    segment
}

fn with_exif(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let segment = exif(orientation);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend((segment.len() as u16 + 2).to_be_bytes());
    bytes.extend(segment);
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn a_photo_is_upright_and_tells_nothing_of_its_camera() {
    let photo = with_exif(&encoded(two_halves(400, 200), ImageFormat::Jpeg), 6);
    assert!(photo.windows(10).any(|w| w == b"GPS-SECRET"));
    let ready = ready(photo, Policy::USUAL).unwrap();
    assert_eq!((ready.mime, ready.size), ("image/jpeg", Some((200, 400))), "turned by a quarter");
    assert_eq!(ready.taken.unwrap().to_string(), "2026-10-05");
    let thumb = ready.thumb.unwrap();
    for bytes in [&ready.bytes, &thumb] {
        for word in [&b"Exif"[..], b"GPS", b"2026:10"] {
            assert!(!bytes.windows(word.len()).any(|w| w == word));
        }
    }
    // What was on the left is on top now.
    let seen = image::load_from_memory(&ready.bytes).unwrap().into_rgb8();
    assert!(seen.get_pixel(100, 20).0[0] > 150 && seen.get_pixel(100, 380).0[2] > 150);
    let small = image::load_from_memory(&thumb).unwrap();
    assert_eq!(small.height(), Policy::USUAL.thumb_edge);
}

#[test]
fn a_large_photo_is_made_smaller_until_it_fits() {
    let mut n = 7u32;
    // Noise is what compresses worst.
    let noise = RgbImage::from_fn(900, 700, |_, _| {
        n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(n >> 24) as u8, (n >> 16) as u8, (n >> 8) as u8])
    });
    let policy = Policy { edge: 800, photo_bytes: 100_000, ..Policy::USUAL };
    let ready = ready(encoded(DynamicImage::ImageRgb8(noise), ImageFormat::Png), policy).unwrap();
    assert!(ready.bytes.len() <= 100_000);
    let (width, height) = ready.size.unwrap();
    assert!(width <= 800 && height < width);
}

#[test]
fn a_scan_with_nothing_behind_it_lies_on_white() {
    let clear = DynamicImage::ImageRgba8(RgbaImage::new(40, 40));
    let ready = ready(encoded(clear, ImageFormat::Png), Policy::USUAL).unwrap();
    assert!(image::load_from_memory(&ready.bytes).unwrap().into_rgb8().pixels().all(|p| p.0[0] > 250));
}

#[test]
fn a_pdf_stays_as_it_is_below_the_limit() {
    let pdf = b"%PDF-1.7 something".to_vec();
    let kept = ready(pdf.clone(), Policy::USUAL).unwrap();
    assert_eq!((kept.bytes, kept.mime, kept.thumb.is_none()), (pdf.clone(), "application/pdf", true));
    let tight = Policy { file_bytes: 4, ..Policy::USUAL };
    assert_eq!(ready(pdf, tight).unwrap_err(), Unfit::TooLarge);
}

/// A few hundred bytes that say: 30,000 by 30,000 pixels.
fn bomb() -> Vec<u8> {
    let mut png = encoded(two_halves(8, 8), ImageFormat::Png);
    png[16..20].copy_from_slice(&30_000u32.to_be_bytes());
    png[20..24].copy_from_slice(&30_000u32.to_be_bytes());
    let mut crc = !0u32;
    for byte in &png[12..29] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

#[test]
fn what_is_no_picture_or_would_fill_the_memory_is_refused() {
    let whole = encoded(two_halves(64, 64), ImageFormat::Png);
    let mut huge = whole.clone();
    huge[16..20].copy_from_slice(&2_000_000_000u32.to_be_bytes());
    let cases = [
        (Vec::new(), Unfit::Empty),
        (b"MZ\x90\0program".to_vec(), Unfit::Unknown),
        (b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), Unfit::Heic),
        (whole[..whole.len() / 2].to_vec(), Unfit::Damaged),
        (bomb(), Unfit::TooManyPixels),
        (b"\xff\xd8\xff\xe0 not a photo".to_vec(), Unfit::Damaged),
    ];
    for (bytes, why) in cases {
        assert_eq!(ready(bytes, Policy::USUAL).unwrap_err(), why);
    }
    assert!(ready(huge, Policy::USUAL).is_err());
}
