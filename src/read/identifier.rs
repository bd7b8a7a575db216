//! Identifiers: characters that do not belong into one, and identifiers that look alike.

use crate::finding::Text;
use unicode_security::{GeneralSecurityProfile, skeleton};

/// A character that nobody sees, or a blank that is not the plain one.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'
                ..='\u{180f}'
        )
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(c, '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Characters that nobody sees, blanks other than plain ones, letters of a fancy alphabet, Latin letters or digits beside the
/// Cyrillic, Greek or wide ones that look like them, and whole words that look like Latin ones (Unicode TS 39).
pub(super) fn is_suspicious(id: &str) -> bool {
    if id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let is_wide = |c: char| matches!(c, '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}');
    let is_fancy = |c: char| !c.is_ascii() && c.is_alphanumeric() && !is_wide(c) && !c.identifier_allowed();
    let has = |is_such: fn(char) -> bool| id.chars().any(is_such);
    let latin = has(|c| c.is_ascii_alphabetic());
    let alike = has(|c| matches!(c, '\u{370}'..='\u{52f}' | '\u{1f00}'..='\u{1fff}'));
    let wide = id.chars().any(is_wide) && has(|c| c.is_ascii_alphanumeric());
    let looks_plain = || !id.is_ascii() && skeleton(id).all(|c| c.is_ascii());
    id.chars().any(|c| is_hidden(c) || is_fancy(c)) || id.trim() != id || (latin && alike) || wide || looks_plain()
}

/// The characters of an identifier that are not plain ones, with their positions, the first five.
pub(super) fn odd_ones(id: &str) -> Text {
    let odd = id.chars().enumerate().filter(|(_, c)| !c.is_ascii_graphic()).take(5);
    let (zh, en): (Vec<_>, Vec<_>) = odd
        .map(|(i, c)| (i + 1, u32::from(c)))
        .map(|(i, c)| (format!("第 {i} 个字符为 U+{c:04X}"), format!("character {i} is U+{c:04X}")))
        .unzip();
    Text::new(zh.join("，"), en.join(", "))
}

/// What an identifier looks like: those of one likeness are taken for each other by whoever reads them (Unicode TS 39, without
/// blanks, hidden characters and case).
pub(crate) fn likeness(id: &str) -> String {
    let seen: String = id.chars().filter(|c| !c.is_whitespace() && !is_hidden(*c)).collect();
    skeleton(&seen).flat_map(char::to_lowercase).collect()
}
