use super::{Histories, LedgerError, PartialLedger, edges, piece::Piece};
use crate::{
    period::{Granularity, Period, zone_name},
    site::Site,
};
use serde::{Deserialize, Serialize};

/// A partial ledger that can travel: any serde format carries it to the bit.
///
/// ```
/// use pue::{Period, Readings, ledger::{Histories, PartialLedger, Parcel}, metering::Series, period::Granularity};
/// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"},
/// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh", "capacity_kw": 500.0}]}"#).value.unwrap();
/// let day = Period::parse("2024-01-01/2024-01-02", site.time_zone())?;
/// let (histories, noon) = (Histories::by_capacity(&site), day.start() + 12 * 3_600_000);
/// let part = |dials: Vec<f64>, from: i64| {
///     let mut readings = Readings::default();
///     readings.insert("grid", Series::registers((0..).map(|h| from + h * 3_600_000).take(dials.len()).collect(), dials).unwrap());
///     PartialLedger::build(&site, &readings, day.clone(), Granularity::Hour, &histories, from..from + 12 * 3_600_000)
/// };
/// let (morning, afternoon) = (part(vec![100.0, 200.0, 300.0], day.start())?, part(vec![900.0, 950.0], noon)?);
/// let sent = serde_json::to_string(&afternoon.to_parcel())?;
/// let received = PartialLedger::from_parcel(&site, serde_json::from_str(&sent)?)?;
/// assert_eq!(morning.merge(received)?.close().meter("grid").unwrap().energy().kwh(), 850.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parcel {
    schema: String,
    /// Of the site's meters: a parcel belongs to the site that it was made for.
    site: String,
    start: i64,
    end: i64,
    step: Granularity,
    histories: Histories,
    pieces: Vec<Vec<Piece>>,
}

/// The schema of parcels.
pub const PARCEL_SCHEMA: &str = "pue/ledger-part/2";

impl PartialLedger<'_> {
    /// What this part holds, without the site.
    pub fn to_parcel(&self) -> Parcel {
        Parcel {
            schema: PARCEL_SCHEMA.to_owned(),
            site: fingerprint(self.site),
            start: self.period.start(),
            end: self.period.end(),
            step: self.granularity,
            histories: self.histories.clone(),
            pieces: self.pieces.clone(),
        }
    }
}

impl<'s> PartialLedger<'s> {
    /// The part of a ledger of this site that a parcel holds.
    ///
    /// # Errors
    /// [`LedgerError::Parcel`] if it is of another schema or site, or does not hang together.
    pub fn from_parcel(site: &'s Site, parcel: Parcel) -> Result<Self, LedgerError> {
        let Parcel { schema, site: of, start, end, step, histories, pieces } = parcel;
        let (schema, ends) = ((schema.as_str(), PARCEL_SCHEMA), (start, end));
        let label = Label { schema, site: &of, ends, step, meters: pieces.len() };
        let (period, edges) = open(site, &histories, &label)?;
        let in_order = |pieces: &[Piece]| pieces.is_sorted_by(|left, right| left.window.1 <= right.window.0);
        let sound =
            site.meters().iter().zip(&pieces).all(|(meter, pieces)| {
                in_order(pieces) && pieces.iter().all(|piece| piece.is_sound(meter, edges.len()))
            });
        if !sound {
            return Err(LedgerError::Parcel(NONE_LEADS_TO));
        }
        Ok(PartialLedger { site, period, granularity: step, edges, histories, pieces })
    }
}

/// What is in a parcel that nobody can have made of readings.
pub(super) const NONE_LEADS_TO: &str = "figures that no readings lead to";

/// What a parcel says of where it belongs: its schema and the one that is expected, its site, the ends of its period, its step, and
/// for how many meters it has what it has.
pub(super) struct Label<'p> {
    pub schema: (&'p str, &'p str),
    pub site: &'p str,
    pub ends: (i64, i64),
    pub step: Granularity,
    pub meters: usize,
}

/// The period of a parcel of this site, and its edges, if it belongs here.
pub(super) fn open(site: &Site, histories: &Histories, label: &Label<'_>) -> Result<(Period, Vec<i64>), LedgerError> {
    if label.schema.0 != label.schema.1 {
        return Err(LedgerError::Parcel("another schema"));
    }
    let count = site.meters().len();
    if label.site != fingerprint(site) || [label.meters, histories.0.len()] != [count; 2] {
        return Err(LedgerError::Parcel("another site, or the same one described otherwise"));
    }
    let (start, end) = label.ends;
    let period =
        Period::between(start, end, site.time_zone()).map_err(|_| LedgerError::Parcel("a period that is none"))?;
    let edges = edges(site, &period, label.step)?;
    if !histories.0.iter().all(|history| history.is_sound()) {
        return Err(LedgerError::Parcel(NONE_LEADS_TO));
    }
    Ok((period, edges))
}

/// A 64-bit digest (FNV-1a) of what the cleaning of a site's readings depends on. It tells sites apart that are described
/// differently by accident; it is no protection against a forger.
pub(super) fn fingerprint(site: &Site) -> String {
    let text = format!("{:?} {:?} {:?}", site.facility().id, zone_name(&site.time_zone()), site.meters());
    let digest = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{digest:016x}")
}
