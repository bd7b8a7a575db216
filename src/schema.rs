//! JSON Schemas (JSON 模式) of what comes in and goes out, for editors, forms and validators in any language; the files under
//! `schemas/` are made of these.
//!
//! A schema says less than the reader: it knows types, names and ranges, not what contradicts something else. What it
//! refuses the reader has a finding for; a missing field that only leaves a rule open is allowed.

use crate::{
    assessment::VerdictRecord,
    eu::EuReport,
    facility::{AirConditioning, CertificateKind, ItCooling, Ladder, LifecycleKind, StandardRacks},
    finding::{Code, Text},
    kpi::AnyPue,
    metering::{Absent, AccuracyClass, Carrier, Integration, MeasurementPoint, MeterKind, Resets},
    portfolio::Register,
    quantity::{Decimal, ExactEnergy, ExactPower, Ratio, Unit},
    read::import::Mapping,
    rule::{Inputs, Law, Pack, Shown},
    wire::{Assessment, Brief},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::Value;
use std::borrow::Cow;

/// Of a site, `pue/site/1`.
pub fn site() -> Value {
    of::<Site>(SchemaSettings::draft2020_12())
}

/// Of a submission, `pue/submission/1`.
pub fn submission() -> Value {
    of::<Submission>(SchemaSettings::draft2020_12())
}

/// Of a pack, `pue/pack/1`.
pub fn pack() -> Value {
    of::<Pack>(SchemaSettings::draft2020_12())
}

/// Of a document, `pue/law/1`.
pub fn law() -> Value {
    of::<Law>(SchemaSettings::draft2020_12())
}

/// Of an assessment, `pue/assessment/1`.
pub fn assessment() -> Value {
    of::<Assessment>(SchemaSettings::draft2020_12().for_serialize())
}

/// Of a record, `pue/record/1`.
pub fn record() -> Value {
    of::<VerdictRecord>(SchemaSettings::draft2020_12())
}

/// Of a register of expected sites, `pue/register/1`.
pub fn register() -> Value {
    of::<Register>(SchemaSettings::draft2020_12())
}

/// Of a brief answer, `pue/brief/1`.
pub fn brief() -> Value {
    of::<Brief>(SchemaSettings::draft2020_12().for_serialize())
}

/// Of a mapping of files that are not ours, `pue/import/1`; with `extends`, all but the schema's name may be left out.
pub fn import() -> Value {
    of::<Mapping>(SchemaSettings::draft2020_12())
}

/// Of a report to the European database, `pue/eu-report/1`.
pub fn eu_report() -> Value {
    of::<EuReport>(SchemaSettings::draft2020_12())
}

/// All of them, by the name of their file.
pub fn all() -> [(&'static str, Value); 10] {
    [
        ("site", site()),
        ("submission", submission()),
        ("pack", pack()),
        ("law", law()),
        ("assessment", assessment()),
        ("brief", brief()),
        ("record", record()),
        ("register", register()),
        ("import", import()),
        ("eu-report", eu_report()),
    ]
}

fn of<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let mut schema = settings.into_generator().into_root_schema_for::<T>().into();
    without_examples(&mut schema);
    schema
}

/// Examples of Rust are nothing for who reads a schema.
fn without_examples(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description")
                && let Some(at) = text.find("\n\n```")
            {
                text.truncate(at);
            }
            members.values_mut().for_each(without_examples);
        }
        Value::Array(items) => items.iter_mut().for_each(without_examples),
        _ => {}
    }
}

/// What a sender may say; every field but those without which nothing can be made of it may be absent or null.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Site {
    #[schemars(extend("const" = "pue/site/1"))]
    schema: String,
    facility: Facility,
    meters: Option<Vec<Meter>>,
    certificates: Option<Vec<Certificate>>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Submission {
    #[schemars(extend("const" = "pue/submission/1"))]
    schema: String,
    facility: Facility,
    meters: Option<Vec<Meter>>,
    period: Period,
    energy: Option<Vec<Row>>,
    water_m3: Option<Amount>,
    heat_reused_kwh: Option<Amount>,
    renewable_kwh: Option<Renewable>,
    co2_kg: Option<Amount>,
    declared: Option<Declared>,
    certificates: Option<Vec<Certificate>>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Facility {
    id: Option<String>,
    name: Option<Text>,
    operator: Option<String>,
    region: Option<Region>,
    zone: Option<String>,
    hub_node: Option<bool>,
    time_zone: Option<String>,
    lifecycle: Option<Lifecycle>,
    racks: Option<Racks>,
    rated_it_kw: Option<Kilowatts>,
    air_conditioning: Option<AirConditioning>,
    it_cooling: Option<ItCooling>,
    edge: Option<bool>,
    design_pue: Option<Fraction>,
    declared_standard_racks: Option<Fraction>,
    climate: Option<String>,
    sector: Option<String>,
    independent_supply: Option<bool>,
    non_it_on_ups_share: Option<Part>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Lifecycle {
    kind: Option<LifecycleKind>,
    approved_on: Option<Day>,
    in_service_on: Option<Day>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Racks {
    types: Option<Vec<RackType>>,
    installed: Option<Count>,
    occupied: Option<Count>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct RackType {
    count: Option<Count>,
    rated_kw: Option<Kilowatts>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Meter {
    id: String,
    point: MeasurementPoint,
    carrier: Option<Carrier>,
    kind: Kind,
    unit: Unit,
    multiplier: Option<f64>,
    accuracy_class: Option<AccuracyClass>,
    ct_class: Option<AccuracyClass>,
    vt_class: Option<AccuracyClass>,
    direct: Option<bool>,
    ct_primary_a: Option<f64>,
    voltage_v: Option<f64>,
    phases: Option<Count>,
    power_factor: Option<f64>,
    error_group: Option<String>,
    capacity_kw: Option<Kilowatts>,
    max_gap_s: Option<Count>,
    parent: Option<String>,
    integrate: Option<Integration>,
    from: Option<Day>,
    until: Option<Day>,
    share: Option<Part>,
    check_of: Option<String>,
    factor: Option<Fraction>,
    events: Option<Vec<Event>>,
    net: Option<bool>,
    absent: Option<Absent>,
    on_change: Option<bool>,
    #[schemars(regex(pattern = r"^[+-][0-9]{2}:[0-9]{2}$"))]
    utc_offset: Option<String>,
}

/// The kind of a meter by one of its names; of a register, also with what more is said of its dial.
struct Kind;

impl JsonSchema for Kind {
    fn schema_name() -> Cow<'static, str> {
        "Kind".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = MeterKind::NAMES.iter().map(|(name, _)| *name).collect();
        let dials = MeterKind::NAMES.iter().filter(|(_, kind)| *kind == MeterKind::REGISTER).map(|(name, _)| {
            json_schema!({
                "type": "object",
                "properties": {(*name): generator.subschema_for::<Modulus>()},
                "required": [name],
                "additionalProperties": false,
                "patternProperties": {"^x_": true},
            })
        });
        let forms: Vec<Schema> =
            std::iter::once(json_schema!({"type": "string", "enum": names})).chain(dials).collect();
        json_schema!({"anyOf": forms})
    }
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Modulus {
    modulus: Option<f64>,
    resets: Option<Resets>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Event {
    #[schemars(extend("format" = "date-time"))]
    at: Option<String>,
    exchange: Option<Exchange>,
    #[schemars(extend("format" = "date-time"))]
    from: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
    confirmed: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Exchange {
    last: Option<f64>,
    first: Option<f64>,
    multiplier: Option<f64>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Certificate {
    ladder: Option<Ladder>,
    kind: Option<CertificateKind>,
    level: Option<LevelName>,
    issuer: Option<String>,
    number: Option<String>,
    facility: Option<String>,
    issued_on: Option<Day>,
    expires_on: Option<Day>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Period {
    start: Day,
    end: Day,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Row {
    id: Option<String>,
    point: MeasurementPoint,
    carrier: Option<Carrier>,
    unit: Option<Unit>,
    monthly_kwh: Option<Vec<Option<Amount>>>,
    monthly: Option<Vec<Option<Amount>>>,
    total_kwh: Option<Amount>,
    total: Option<Amount>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Renewable {
    certificates: Option<Amount>,
    ppa: Option<Amount>,
    on_site: Option<Amount>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = {"^x_": true}))]
#[expect(dead_code)]
struct Declared {
    pue: Option<f64>,
    #[schemars(range(min = 1, max = 3))]
    category: Option<i64>,
    standard_racks: Option<Fraction>,
    occupancy: Option<f64>,
    grade: Option<LevelName>,
}

macro_rules! written_as {
    ($($(#[$doc:meta])* $name:ident = $schema:tt;)*) => {$(
        $(#[$doc])*
        struct $name;

        written_as!(impl $name = $schema);
    )*};
    (impl $name:ty = $schema:tt) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

written_as! {
    /// A day.
    Day = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"};
    /// An amount that a site can use.
    Amount = {"type": "number", "minimum": 0, "maximum": 1e12};
    /// A power.
    Kilowatts = {"type": "number", "exclusiveMinimum": 0, "maximum": 1e12};
    /// A number, or a fraction as text.
    Fraction = {"anyOf": [{"type": "number", "minimum": 0, "exclusiveMaximum": 1e18}, {"type": "string", "pattern": "^[0-9]+/[0-9]+$"}]};
    /// A part of a whole, as a number or as a fraction.
    Part = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": "^[0-9]+/[0-9]+$"}]};
    /// How many.
    Count = {"type": "integer", "minimum": 0, "maximum": 1_000_000_000_000_i64};
    /// GB/T 2260, or ISO 3166.
    Region = {"type": "string", "pattern": "^([0-9]{6}|[A-Z]{2}(-[A-Z0-9]{1,3})?)$"};
    /// A level, in either spelling.
    LevelName = {"enum": ["A", "AA", "AAA", "AAAA", "AAAAA", "1A", "2A", "3A", "4A", "5A"]};
}

written_as!(impl Ratio = {"type": "number"});
written_as!(impl AnyPue = {"type": "number"});
written_as!(impl ExactEnergy = {"type": "number"});
written_as!(impl ExactPower = {"type": "number"});
written_as!(impl StandardRacks = {"type": "number"});
written_as!(impl Decimal = {"type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$"});
written_as!(impl Shown = {"type": "string"});
written_as!(impl Inputs = {"type": "object", "additionalProperties": {"type": "string"}});

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({"type": "string", "enum": codes})
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text for people: in Chinese and English, in one of them, or the same for both.",
            "anyOf": [
                {"type": "string"},
                {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}, "patternProperties": {"^x_": true}, "additionalProperties": false, "anyOf": [{"required": ["zh"]}, {"required": ["en"]}]},
            ],
        })
    }
}
