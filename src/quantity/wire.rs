//! Wire forms of `uom` quantities for `#[serde(with = …)]`: plain numbers whose unit stands in the key.
//!
//! `uom`'s own serde form writes base units (1 kWh becomes 3600000.0) and is not used.
//!
//! ```
//! use pue::quantity::{Power, wire, uom::si::power::megawatt};
//! #[derive(serde::Serialize)]
//! struct Rating {
//!     #[serde(with = "wire::kilowatts")]
//!     rated_kw: Power,
//! }
//! let rating = Rating { rated_kw: Power::new::<megawatt>(7.6) };
//! assert_eq!(serde_json::to_string(&rating).unwrap(), r#"{"rated_kw":7600.0}"#);
//! ```

macro_rules! wire_form {
    ($(#[$doc:meta])* $module:ident, $quantity:ty, $unit:path) => {
        $(#[$doc])*
        pub mod $module {
            use serde::{Deserialize, Deserializer, Serializer};

            /// Writes the number.
            ///
            /// # Errors
            /// Those of the serializer.
            pub fn serialize<S: Serializer>(quantity: &$quantity, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(quantity.get::<$unit>())
            }

            /// Reads the number.
            ///
            /// # Errors
            /// Those of the deserializer.
            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$quantity, D::Error> {
                f64::deserialize(deserializer).map(<$quantity>::new::<$unit>)
            }
        }
    };
}

wire_form!(/** Energy in kilowatt-hours: `…_kwh`. */ kilowatt_hours, crate::quantity::Energy, uom::si::energy::kilowatt_hour);
wire_form!(/** Power in kilowatts: `…_kw`. */ kilowatts, crate::quantity::Power, uom::si::power::kilowatt);
