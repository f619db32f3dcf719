//! A figure as pixels.
//!
//! The font lies in the crate, so that the same figure is the same pixels wherever it is drawn. It
//! has Latin, Greek and Cyrillic letters and the signs of mathematics; other scripts are left out of
//! the picture, and are in the SVG.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::{Error, Figure};

/// The most pixels that a picture may have.
const PIXELS_MAX: f32 = 1e8;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../vendor/dejavu/DejaVuSans-subset.ttf").to_vec());
    Arc::new(fonts)
});

impl Figure {
    /// The figure as a PNG image on white, 720 pixels wide at a `scale` of 1.
    ///
    /// # Errors
    ///
    /// Besides those of [`Figure::check`], [`Error::Draw`] for a scale at which there is no pixel, or
    /// more than a hundred million.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, Error> {
        self.check()?;
        let svg = self.alone(".c{font-family:'DejaVu Sans'}");
        let options = Options { fontdb: Arc::clone(&FONTS), ..Options::default() };
        let draw = |it: &dyn std::fmt::Display| Error::Draw(it.to_string());
        let tree = Tree::from_str(&svg, &options).map_err(|it| draw(&it))?;
        let (width, height) = (tree.size().width() * scale, tree.size().height() * scale);
        let is_sound = width >= 1.0 && height >= 1.0 && width * height <= PIXELS_MAX;
        if !is_sound {
            return Err(Error::Draw(format!("there is no picture at a scale of {scale}")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between one and a hundred million"
        )]
        let (columns, rows) = (width.round() as u32, height.round() as u32);
        let mut pixels =
            Pixmap::new(columns, rows).ok_or_else(|| draw(&"no room for the pixels"))?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
        pixels.encode_png().map_err(|it| draw(&it))
    }
}
