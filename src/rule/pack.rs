use super::{PackDraft, Requirement, Settings, faults};
use crate::{
    facility::{Scale, StandardRacks},
    finding::{Citation, Faults},
    quantity::Ratio,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// A document's rules in one edition, as data (规则包). Once published an edition is frozen; a correction is a new one.
///
/// There is no pack that cannot be right: what was written down, a [`PackDraft`], is checked when a pack is made of it or read
/// through serde. A pack can be looked at like its draft, and not changed; [`into_draft`](Pack::into_draft) gives it back for
/// that.
///
/// ```
/// use pue::{Pack, packs, rule::Scope};
/// let mut draft = packs::by_id(packs::WUHAN_2024).unwrap().clone().into_draft();
/// draft.id = "own".into();
/// draft.requirements[0].scope = Scope::Any(vec![]);
/// let faults = Pack::new(draft).unwrap_err().0;
/// assert_eq!(
///     faults[0].to_string(),
///     "error pack.invalid at /requirements/0/scope/any: a pack of rules that cannot be right, found nothing, \
///      expected at least one condition"
/// );
/// ```
#[doc(alias = "规则包")]
#[doc(alias = "rules")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PackDraft")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "PackDraft"))]
pub struct Pack(PackDraft);

impl Pack {
    /// Checks what was written down.
    ///
    /// # Errors
    /// [`Faults`], with all that cannot be right, each with its place.
    pub fn new(draft: PackDraft) -> Result<Self, Faults> {
        let faults = faults::of(&draft);
        if faults.is_empty() { Ok(Pack(draft)) } else { Err(Faults(faults)) }
    }

    /// The pack that some JSON says. Where serde names the first fault of the shape alone, this names those of every part.
    ///
    /// ```
    /// let faults = pue::Pack::from_json(br#"{"schema": "pue/pack/1", "id": 7, "titel": "own"}"#).unwrap_err();
    /// let places: Vec<String> = faults.0.iter().map(|fault| fault.place.as_ref().unwrap().to_string()).collect();
    /// assert_eq!(places, ["/edition", "/from", "/id", "/issuer", "/number", "/titel", "/title"]);
    /// ```
    ///
    /// # Errors
    /// [`Faults`].
    #[cfg(feature = "json")]
    pub fn from_json(json: &[u8]) -> Result<Self, Faults> {
        match serde_json::from_slice(json) {
            Ok(draft) => Pack::new(draft),
            Err(error) => Err(Faults(super::shape::faults(json, &error))),
        }
    }

    /// What was written down, to be changed and checked again.
    pub fn into_draft(self) -> PackDraft {
        self.0
    }

    /// With what the text leaves open taken otherwise.
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.0.settings = settings;
        self
    }

    /// For what changes no meaning.
    pub(super) fn draft_mut(&mut self) -> &mut PackDraft {
        &mut self.0
    }

    /// The size class of a number of standard racks by this pack's own table.
    pub fn scale_of(&self, racks: StandardRacks) -> Option<Scale> {
        let row = self.scale.iter().find(|row| row.relation.admits(racks.ratio().cmp(&Ratio::from(&row.racks))));
        row.map(|row| row.class)
    }

    /// Whether it is in force on a day.
    pub fn in_force(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }

    /// Whether the text's own period is over, although no repeal is stated.
    pub fn is_lapsed(&self, on: Date) -> bool {
        self.lapse.as_ref().is_some_and(|lapse| on > lapse.after)
    }

    /// `wuhan-2024@2024-01-25`.
    pub fn name(&self) -> String {
        [&*self.id, "@", &*self.edition].concat()
    }

    /// The full citation of one of its requirements.
    pub fn citation(&self, requirement: &Requirement) -> Citation {
        Citation {
            document: self.number.clone(),
            clause: requirement.source.clause.clone(),
            quote: requirement.source.quote.clone(),
            paraphrase: requirement.source.paraphrase.clone(),
            basis: requirement.source.basis.into(),
        }
    }
}

impl Deref for Pack {
    type Target = PackDraft;

    fn deref(&self) -> &PackDraft {
        &self.0
    }
}

/// What serde reads is checked too; its error names the faults.
impl TryFrom<PackDraft> for Pack {
    type Error = Faults;

    fn try_from(draft: PackDraft) -> Result<Self, Faults> {
        Pack::new(draft)
    }
}
