//! A report before it has a look: its sections, their items, and what belongs to each.

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Pue,
    Verdicts,
    Reliance,
    Indicators,
    Declared,
    Retrofit,
    Comparisons,
    Findings,
}

/// One section.
pub(super) struct Section {
    /// Pages place sections by it.
    #[cfg_attr(not(feature = "html"), expect(dead_code))]
    pub topic: Topic,
    pub title: &'static str,
    pub items: Vec<Item>,
}

/// One thing that is said, and lines that belong to it.
pub(super) struct Item {
    pub text: String,
    pub below: Vec<String>,
}

/// The sections, in their order.
#[derive(Default)]
pub(super) struct Sections(pub Vec<Section>);

impl Sections {
    pub(super) fn begin(&mut self, topic: Topic, title: &'static str) {
        self.0.push(Section { topic, title, items: Vec::new() });
    }

    pub(super) fn item(&mut self, text: impl ToString) {
        if let Some(section) = self.0.last_mut() {
            section.items.push(Item { text: text.to_string(), below: Vec::new() });
        }
    }

    pub(super) fn below(&mut self, text: impl ToString) {
        if let Some(item) = self.0.last_mut().and_then(|section| section.items.last_mut()) {
            item.below.push(text.to_string());
        }
    }
}
