//! Names on the wire (线上名称): an enum that has one name there for each of its cases is written and read by it in text too.
//! The names stand once, where serde has them.

/// A name that none of the cases has.
///
/// ```
/// use pue::metering::Carrier;
/// assert_eq!("natural_gas".parse(), Ok(Carrier::NaturalGas));
/// assert_eq!(Carrier::NaturalGas.to_string(), "natural_gas");
/// assert!("steam".parse::<Carrier>().unwrap_err().to_string().starts_with("unknown variant `steam`, expected one of"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownName(pub(crate) String);

/// `Display` and `FromStr` of enums, by the names that serde has for them.
macro_rules! named {
    ($($name:ty),+ $(,)?) => {$(
        serde_plain::derive_display_from_serialize!($name);
        serde_plain::derive_fromstr_from_deserialize!($name, |error| -> $crate::name::UnknownName {
            $crate::name::UnknownName(error.to_string())
        });
    )+};
}
pub(crate) use named;
