//! What becomes of a file that is to be an attachment: photos are read in bounded memory, turned upright, made
//! smaller, and written anew, so that nothing of what a camera notes (place, owner, serial number) goes along.

mod scale;
mod taken;

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::attachment::MOST_BYTES;

/// What an attachment may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// Pixels of the longer edge.
    pub(crate) edge: u32,
    pub(crate) thumb_edge: u32,
    /// Bytes of a photo after it was made smaller.
    pub(crate) photo_bytes: usize,
    /// Bytes of a file that is kept as it is.
    pub(crate) file_bytes: u64,
}

impl Policy {
    pub(crate) const USUAL: Policy =
        Policy { edge: 2048, thumb_edge: 320, photo_bytes: 1024 * 1024, file_bytes: MOST_BYTES };
}

/// Bytes a picture may take while it is decoded: 64 million pixels.
const MOST_MEMORY: u64 = 64_000_000 * 4;
const LONGEST_EDGE: u32 = 30_000;

/// A file made ready.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mime: &'static str,
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) thumb: Option<Vec<u8>>,
    pub(crate) taken: Option<PartialDate>,
}

/// Why a file cannot be an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    Empty,
    /// Neither a picture this program knows nor a PDF.
    Unknown,
    /// A phone's HEIC: common, and not read here.
    Heic,
    /// It says that it is a picture and is none, or only half of one.
    Damaged,
    /// More pixels than any camera makes: would fill the memory.
    TooManyPixels,
    /// A PDF above the policy's size.
    TooLarge,
}

impl Unfit {
    pub(crate) fn reply(self) -> ErrorReply {
        let message = match self {
            Unfit::Empty => "这个文件是空的，没有添加。请重新选择。",
            Unfit::Unknown => "只能添加照片（JPG、PNG、WebP、BMP）和 PDF 扫描件，这个文件没有添加。",
            Unfit::Heic => {
                "这是 HEIC 格式的照片，本机不能读取，没有添加。请在手机“设置—相机—格式”里选“兼容性最佳”，或另存为 JPG 再添加。"
            }
            Unfit::Damaged => "这张照片已损坏或不完整，没有添加。请换一张，或重新从相机复制。",
            Unfit::TooManyPixels => {
                "这张图片的尺寸过大（超过 6400 万像素），为免占满内存没有打开。请先缩小再添加。"
            }
            Unfit::TooLarge => "这份 PDF 超过 16 MB，没有添加。请降低扫描分辨率，或分成几份再添加。",
        };
        ErrorReply::new(ErrorCode::FileRefused, message)
    }
}

/// Makes a file ready to be kept.
pub(crate) fn ready(bytes: Vec<u8>, policy: Policy) -> Result<Ready, Unfit> {
    if bytes.is_empty() {
        return Err(Unfit::Empty);
    }
    if bytes.starts_with(b"%PDF-") {
        return match bytes.len() as u64 > policy.file_bytes {
            true => Err(Unfit::TooLarge),
            false => Ok(Ready { bytes, mime: "application/pdf", size: None, thumb: None, taken: None }),
        };
    }
    // The decoders are others' and read whatever somebody brought: should one panic, the picture is damaged.
    let (picture, taken) = tiexin_caught::caught(|| decode(&bytes)).unwrap_or(Err(Unfit::Damaged))?;
    drop(bytes);
    let kept = scale::within(picture, policy.edge);
    let (kept, bytes) = scale::jpeg(kept, policy.photo_bytes).ok_or(Unfit::Damaged)?;
    let size = (kept.width(), kept.height());
    let (_, thumb) =
        scale::jpeg(scale::within(kept, policy.thumb_edge), policy.photo_bytes).ok_or(Unfit::Damaged)?;
    Ok(Ready { bytes, mime: "image/jpeg", size: Some(size), thumb: Some(thumb), taken })
}

/// The bytes and the small picture that a file would become; for those who try files of every kind.
pub fn picture_ready(bytes: Vec<u8>) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    ready(bytes, Policy::USUAL).ok().map(|ready| (ready.bytes, ready.thumb))
}

/// By content, never by the file's name.
fn decode(bytes: &[u8]) -> Result<(DynamicImage, Option<PartialDate>), Unfit> {
    let heic = bytes.get(4..8) == Some(b"ftyp") && matches!(bytes.get(8..11), Some(b"hei" | b"mif" | b"hev"));
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Unfit::Damaged)?;
    if reader.format().is_none() {
        return Err(if heic { Unfit::Heic } else { Unfit::Unknown });
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_EDGE);
    limits.max_image_height = Some(LONGEST_EDGE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unfit)?;
    if decoder.total_bytes() > MOST_MEMORY {
        return Err(Unfit::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(unfit)?;
    let taken = decoder.exif_metadata().ok().flatten().and_then(taken::day);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    picture.apply_orientation(orientation);
    Ok((picture, taken))
}

fn unfit(error: ImageError) -> Unfit {
    match error {
        ImageError::Limits(_) => Unfit::TooManyPixels,
        ImageError::Unsupported(_) => Unfit::Unknown,
        _ => Unfit::Damaged,
    }
}

#[cfg(test)]
mod tests;
