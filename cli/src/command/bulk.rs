//! `pue bulk csv|mem DIR THREADS`: every facility of a folder: energies by role, PUE, faults; and whether they are what the
//! folder's `truth.csv` says.
//!
//! `csv` reads `DATADIR/csv/*.csv` with the sites `DATADIR/site/*.json`. `mem` reads the same, sorts each
//! meter's columns, and then measures the computing alone beside a plain sum of the same columns, in turn. The last line
//! is `flags true` if energies (known, and what is sure of the rest) agree with the truth to 1e-9, the PUE is within 1e-4 of
//! the truth and this within its bounds, and all fault counts are the same; else `flags false`.

use crate::{ending::Ending, output, round};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pue::{
    Ledger, Period, Readings, Site,
    kpi::{Boundary, Course, MeasuredPue},
    metering::{MeasurementPoint, Series},
    period::Granularity,
};
use std::{
    collections::BTreeMap,
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

#[derive(Args)]
pub struct Arguments {
    /// From files, or from columns in memory
    #[arg(value_enum)]
    kind: Kind,
    /// The folder with csv/, site/ and truth.csv
    folder: PathBuf,
    /// How many threads work
    threads: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Csv,
    Mem,
}

impl Arguments {
    pub fn run(&self) -> Result<Ending, String> {
        let threads = round::threads(Some(self.threads))?;
        let holds = compare(self.kind, &self.folder, threads).map_err(|error| error.to_string())?;
        output::write(None, &format!("flags {holds}\n"))?;
        Ok(if holds { Ending::Fine } else { Ending::Fails })
    }
}

type Failure = Box<dyn Error + Send + Sync>;

const ROLES: [(&str, MeasurementPoint); 5] = [
    ("total", MeasurementPoint::GridSupply),
    ("it", MeasurementPoint::ItInput),
    ("cooling", MeasurementPoint::Cooling),
    ("loss", MeasurementPoint::Distribution),
    ("lighting", MeasurementPoint::Lighting),
];

/// The truth's names of faults, and ours.
const FAULTS: [(&str, &str); 5] = [
    ("nan", "reading.missing"),
    ("dup", "reading.duplicate"),
    ("spike", "register.spike"),
    ("rollover", "register.rollover"),
    ("reset", "register.reset"),
];

/// What is said of one facility.
#[derive(Debug, Default)]
struct Answer {
    /// What is known, and what is sure of the rest.
    kwh: [f64; 5],
    /// Value, lowest, highest.
    pue: Option<[f64; 3]>,
    faults: BTreeMap<String, u64>,
    rows: usize,
    /// Hours, days, months and rolling years with a ratio.
    series: [usize; 4],
}

impl Answer {
    fn new(site: &Site, readings: &Readings, period: &Period) -> Result<Self, Failure> {
        let ledger = Ledger::build(site, readings, period.clone())?;
        let boundary = Boundary::new(site, None);
        let kwh = ROLES.map(|(_, point)| {
            let meters = site.meters().iter().filter(|meter| meter.point == point);
            meters
                .filter_map(|meter| ledger.meter(&meter.id))
                .map(|book| book.least())
                .sum::<pue::quantity::ExactEnergy>()
                .kwh()
        });
        let counted = |series: Vec<pue::kpi::Stretch>| series.iter().filter(|stretch| stretch.pue.is_some()).count();
        let course = Course::new(&ledger, &boundary, period);
        let by = |step| counted(course.by(step));
        let series =
            [by(Granularity::Hour), by(Granularity::Day), by(Granularity::Month), counted(course.rolling_year())];
        let mut faults = BTreeMap::new();
        for finding in ledger.findings() {
            *faults.entry(finding.code.to_string()).or_default() += finding.count;
        }
        let measured = MeasuredPue::over(&ledger, &boundary, period);
        let bounds = measured.reported().bounds;
        let pue = measured.pue().map(|pue| {
            let bound = |bound: Option<pue::quantity::Ratio>, open: f64| bound.map_or(open, |bound| bound.to_f64());
            [pue.ratio().to_f64(), bound(bounds.low, 1.0), bound(bounds.high, f64::INFINITY)]
        });
        Ok(Answer { kwh, pue, faults, rows: readings.len(), series })
    }

    fn holds(&self, truth: &Truth) -> bool {
        let near = |found: f64, said: f64| (found - said).abs() <= 1e-9 * said.abs();
        self.kwh.iter().zip(&truth.kwh).all(|(found, said)| near(*found, *said))
            && self.pue.is_some_and(|[pue, low, high]| {
                let inside = low * (1.0 - 1e-9) <= truth.pue && truth.pue <= high * (1.0 + 1e-9);
                inside && (pue - truth.pue).abs() <= 1e-4
            })
            && FAULTS
                .iter()
                .zip(&truth.faults)
                .all(|((_, code), count)| self.faults.get(*code).copied().unwrap_or(0) == *count)
            && self.rows as u64 == truth.rows
    }
}

/// One line of `truth.csv`.
#[derive(Debug)]
struct Truth {
    kwh: Vec<f64>,
    pue: f64,
    rows: u64,
    faults: Vec<u64>,
}

fn truths(folder: &Path) -> Result<BTreeMap<String, Truth>, Failure> {
    let mut lines = csv::Reader::from_path(folder.join("truth.csv"))
        .map_err(|error| format!("{}: {error}", folder.join("truth.csv").display()))?;
    let header = lines.headers()?.clone();
    let mut truths = BTreeMap::new();
    for line in lines.records() {
        let line = line?;
        let cell = |name: &str| {
            let at = header.iter().position(|column| column == name);
            at.and_then(|at| line.get(at)).ok_or_else(|| format!("truth.csv: expected a column {name}"))
        };
        let kwh = ROLES.iter().map(|(role, _)| Ok(cell(&format!("{role}_kwh"))?.parse()?));
        let faults = FAULTS.iter().map(|(name, _)| Ok(cell(name)?.parse()?));
        let truth = Truth {
            kwh: kwh.collect::<Result<_, Failure>>()?,
            pue: cell("pue")?.parse()?,
            rows: cell("rows")?.parse()?,
            faults: faults.collect::<Result<_, Failure>>()?,
        };
        truths.insert(cell("facility_id")?.to_owned(), truth);
    }
    Ok(truths)
}

/// One facility's files.
struct Facility {
    name: String,
    site: Site,
    readings: PathBuf,
}

impl Facility {
    fn all(folder: &Path) -> Result<Vec<Facility>, Failure> {
        let mut files: Vec<PathBuf> = fs::read_dir(folder.join("csv"))
            .map_err(|error| format!("{}: {error}", folder.join("csv").display()))?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_, Failure>>()?;
        files.sort();
        let facility = |readings: PathBuf| {
            let name = readings.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let site = serde_json::from_slice(&fs::read(folder.join("site").join(format!("{name}.json")))?)?;
            Ok(Facility { name, site, readings })
        };
        files.into_iter().map(facility).collect()
    }

    fn read(&self) -> Result<Readings, Failure> {
        let name = self.readings.file_name().unwrap_or_default().to_string_lossy();
        Ok(pue::read::csv(&self.site, &name, File::open(&self.readings)?)?)
    }

    /// The readings of each meter in the order of time, as a query engine would hand them over.
    fn read_sorted(&self) -> Result<Readings, Failure> {
        let mut sorted = Readings::default();
        for (meter, series) in self.read()?.iter() {
            let column = series.column();
            let mut rows: Vec<(i64, f64)> = column.time().iter().copied().zip(column.value().iter().copied()).collect();
            rows.sort_by_key(|row| row.0);
            let (time, value) = rows.into_iter().unzip();
            sorted.insert(meter, Series::registers(time, value).map_err(|error| error.to_string())?);
        }
        Ok(sorted)
    }
}

/// The same for each of `count` things on so many threads; the answers in order.
fn on_threads<T: Send>(threads: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<T>>> = Mutex::new((0..count).map(|_| None).collect());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= count {
                        break;
                    }
                    let answer = work(i);
                    if let Ok(mut done) = done.lock() {
                        done[i] = Some(answer);
                    }
                }
            });
        }
    });
    done.into_inner().map(|done| done.into_iter().flatten().collect()).unwrap_or_default()
}

fn progress(count: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} facilities, {elapsed} gone, {eta} to go");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(name: &str, answer: &Answer) {
    let energies: Vec<String> =
        ROLES.iter().zip(answer.kwh).map(|((role, _), kwh)| format!("{role} {kwh:.3} kWh")).collect();
    let faults: Vec<String> = answer.faults.iter().map(|(code, count)| format!("{code} {count}")).collect();
    let pue = answer.pue.map_or("–".to_owned(), |[pue, ..]| format!("{pue:.6}"));
    let [hours, days, months, years] = answer.series;
    let line = format!(
        "{name}: PUE {pue}; {}; {} readings; ratios of {hours} hours, {days} days, {months} months, {years} rolling years; {}\n",
        energies.join(", "),
        answer.rows,
        faults.join(", ")
    );
    let _ = output::write(None, &line);
}

fn year(site: &Site) -> Result<Period, Failure> {
    Ok(Period::year(2025, site.time_zone())?)
}

fn from_csv(facilities: &[Facility], threads: usize) -> Vec<Result<Answer, Failure>> {
    let bar = progress(facilities.len());
    let answers = on_threads(threads, facilities.len(), |i| {
        let facility = &facilities[i];
        let answer =
            facility.read().and_then(|readings| Answer::new(&facility.site, &readings, &year(&facility.site)?));
        bar.inc(1);
        answer
    });
    bar.finish_and_clear();
    answers
}

/// Rounds of a plain sum and of the computing, in turn, over columns in memory.
fn from_memory(facilities: &[Facility], threads: usize) -> Result<Vec<Result<Answer, Failure>>, Failure> {
    let bar = progress(facilities.len());
    let columns = on_threads(threads, facilities.len(), |i| {
        let sorted = facilities[i].read_sorted();
        bar.inc(1);
        sorted
    });
    bar.finish_and_clear();
    let columns: Vec<Readings> = columns.into_iter().collect::<Result<_, _>>()?;
    let readings = columns.iter().map(Readings::len).sum::<usize>() as f64;
    let median = |mut figures: Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    let nanoseconds = |begun: Instant| begun.elapsed().as_secs_f64() * 1e9 / readings;
    let (mut plain, mut ours, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..31 {
        let begun = Instant::now();
        let sums =
            on_threads(threads, columns.len(), |i| columns[i].iter().fold(0, |sum, (_, series)| sum_of(series, sum)));
        std::hint::black_box(sums);
        plain.push(nanoseconds(begun));
        let begun = Instant::now();
        answers = on_threads(threads, columns.len(), |i| {
            Answer::new(&facilities[i].site, &columns[i], &year(&facilities[i].site)?)
        });
        ours.push(nanoseconds(begun));
    }
    let ratio = median(plain.iter().zip(&ours).map(|(plain, ours)| plain / ours).collect());
    let (plain, ours) = (median(plain), median(ours));
    let line = format!(
        "{readings} readings on {threads} threads: plain sum {plain:.3} ns a reading, computing {ours:.3} ns, {ratio:.2} of its speed round by round\n"
    );
    output::write(None, &line)?;
    Ok(answers)
}

fn sum_of(series: &Series, sum: u64) -> u64 {
    let column = series.column();
    let rows = column.time().iter().zip(column.value());
    rows.fold(sum, |sum, (time, value)| sum.wrapping_add(*time as u64 ^ value.to_bits()))
}

fn compare(kind: Kind, folder: &Path, threads: usize) -> Result<bool, Failure> {
    let truths = truths(folder)?;
    let facilities = Facility::all(folder)?;
    let answers = match kind {
        Kind::Csv => from_csv(&facilities, threads),
        Kind::Mem => from_memory(&facilities, threads)?,
    };
    let mut holds = answers.len() == truths.len();
    for (facility, answer) in facilities.iter().zip(answers) {
        match answer {
            Ok(answer) => {
                show(&facility.name, &answer);
                holds &= truths.get(&facility.name).is_some_and(|truth| answer.holds(truth));
            }
            Err(error) => {
                output::say(&format!("{}: {error}", facility.name));
                holds = false;
            }
        }
    }
    Ok(holds)
}
