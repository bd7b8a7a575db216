use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};

/// A declared exchange of a meter (换表): the old dial's last value, the new dial's first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exchange {
    /// When.
    pub at: Timestamp,
    /// The old dial at that moment, in the meter's unit before the multiplier.
    pub last: f64,
    /// The new dial at that moment.
    pub first: f64,
    /// The new meter's multiplier; the old one's if not given.
    pub multiplier: Option<f64>,
}

impl Serialize for Exchange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Dials {
            last: f64,
            first: f64,
            #[serde(skip_serializing_if = "Option::is_none")]
            multiplier: Option<f64>,
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("at", &self.at)?;
        map.serialize_entry("exchange", &Dials { last: self.last, first: self.first, multiplier: self.multiplier })?;
        map.end()
    }
}

/// A stretch of which a person says that what was read is right, however unusual (人工确认): printed as an assumption of
/// every verdict that rests on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Confirmed {
    /// From this instant.
    pub from: Timestamp,
    /// Until this instant.
    pub until: Timestamp,
    /// Why it is right.
    #[serde(rename = "confirmed")]
    pub why: String,
}
