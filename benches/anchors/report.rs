//! The table: a row an anchor, medians, the ratio and the goal.

use std::fmt;

use serde_json::{Value, json};

/// What is compared, and what is wished for.
#[derive(Clone, Copy)]
pub struct Row {
    /// Its name, also for `--only`.
    pub name: &'static str,
    /// Of the figures.
    pub unit: &'static str,
    /// Balcony's figure is to be at most (or, for rates, at least) so many times libpurple's.
    pub goal: Goal,
}

/// A goal.
#[derive(Clone, Copy)]
pub enum Goal {
    /// Ratio at most.
    AtMost(f64),
    /// Ratio at least.
    AtLeast(f64),
    /// Balcony's own figure at most, in the row's unit.
    Within(f64),
}

/// Figures of both, as measured by turns. `purple`: of libpurple, or of what the row's name says.
#[derive(Default)]
pub struct Figures {
    pub balcony: Vec<f64>,
    pub purple: Vec<f64>,
}

/// All rows so far.
pub struct Report {
    only: Vec<String>,
    rows: Vec<(Row, Figures)>,
}

impl Report {
    /// Rows whose names contain one of `only`; all if it is empty.
    pub fn new(only: &[String]) -> Report {
        Report {
            only: only.iter().map(|part| part.to_lowercase()).collect(),
            rows: Vec::new(),
        }
    }

    /// Is one of these rows asked for?
    pub fn wants(&self, rows: &[Row]) -> bool {
        rows.iter().any(|row| self.asked(row))
    }

    fn asked(&self, row: &Row) -> bool {
        let name = row.name.to_lowercase();
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part))
    }

    /// Takes a row's figures, and prints it at once: a run takes minutes.
    pub fn add(&mut self, row: Row, figures: Figures) {
        if self.asked(&row) {
            println!("{}", Line(&row, &figures));
            self.rows.push((row, figures));
        }
    }

    /// Everything measured.
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|(row, figures)| {
            json!({
                "row": row.name,
                "unit": row.unit,
                "balcony": median(&figures.balcony),
                "libpurple": median(&figures.purple),
                "ratio": ratio(figures),
                "met": row.goal.met(figures),
                "all": {"balcony": figures.balcony, "libpurple": figures.purple},
            })
        });
        Value::Array(rows.collect())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<44} {:>12} {:>12} {:>8}  goal",
            "", "Balcony", "beside", "ratio"
        )?;
        self.rows
            .iter()
            .try_for_each(|(row, figures)| writeln!(f, "{}", Line(row, figures)))
    }
}

struct Line<'a>(&'a Row, &'a Figures);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line(row, figures) = self;
        let name = format!("{} ({})", row.name, row.unit);
        let show = |figures: &[f64]| median(figures).map_or("–".to_owned(), figure);
        let ratio = ratio(figures).map_or("–".to_owned(), |ratio| format!("{ratio:.2}×"));
        let verdict = match row.goal.met(figures) {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "",
        };
        write!(
            f,
            "{name:<44} {:>12} {:>12} {ratio:>8}  {} {verdict}",
            show(&figures.balcony),
            show(&figures.purple),
            row.goal
        )
    }
}

impl Goal {
    fn met(self, figures: &Figures) -> Option<bool> {
        match self {
            Goal::AtMost(most) => ratio(figures).map(|ratio| ratio <= most),
            Goal::AtLeast(least) => ratio(figures).map(|ratio| ratio >= least),
            Goal::Within(most) => median(&figures.balcony).map(|figure| figure <= most),
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::AtMost(most) => write!(f, "≤ {most:.2}×"),
            Goal::AtLeast(least) => write!(f, "≥ {least:.2}×"),
            Goal::Within(most) => write!(f, "≤ {most}"),
        }
    }
}

fn ratio(figures: &Figures) -> Option<f64> {
    let (balcony, purple) = (median(&figures.balcony)?, median(&figures.purple)?);
    (purple > 0.0).then(|| balcony / purple)
}

fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

/// Three digits that say something, whatever the size.
fn figure(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}
