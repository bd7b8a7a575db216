use std::borrow::Cow;

/// In which encoding a file's texts are: UTF-8, or GB18030 where that fails.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TextOf {
    /// Whether some of it is not UTF-8.
    fails: bool,
    /// Whether most of what is not ASCII is not UTF-8: two bytes of GB18030 may be a character of UTF-8 by chance.
    gb18030: bool,
}

impl TextOf {
    /// Looks at more of the file, and tells when UTF-8 fails for the first time.
    pub(crate) fn notice(&mut self, bytes: &[u8]) -> bool {
        // The stretch may end within a character.
        let fails = std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_some());
        if !fails || std::mem::replace(&mut self.fails, true) {
            return false;
        }
        let (mut valid, mut not) = (0_usize, 0_usize);
        for chunk in bytes.utf8_chunks() {
            valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            not += usize::from(!chunk.invalid().is_empty());
        }
        self.gb18030 = not > valid;
        true
    }

    /// A text of the file.
    pub(crate) fn text<'t>(&self, bytes: &'t [u8]) -> Cow<'t, str> {
        match std::str::from_utf8(bytes) {
            Ok(text) if !self.gb18030 || bytes.is_ascii() => Cow::Borrowed(text),
            _ => encoding_rs::GB18030.decode_without_bom_handling(bytes).0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_of_one_encoding() {
        let file = encoding_rs::GB18030.encode("起,止,电量,总进线\n").0.into_owned();
        let mut of = TextOf::default();
        assert!(of.notice(&file) && !of.notice(&file));
        assert_eq!(of.text(&file), "起,止,电量,总进线\n");
        assert_eq!(of.text(b"\xd6\xb9"), "止");
        // One broken byte makes no other file of it.
        let mut of = TextOf::default();
        assert!(of.notice(&["起,止,电量\n".as_bytes(), b"\xff\n"].concat()));
        assert_eq!(of.text("止".as_bytes()), "止");
    }
}
