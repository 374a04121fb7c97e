//! The table.

use crate::Options;
use crate::facts::{Facts, Figures};

/// A line of it.
struct Row {
    name: String,
    balcony: String,
    muc: String,
    goal: String,
}

pub fn print(options: &Options, hall: Option<&Facts>, muc: Option<&Facts>, least: &Figures) {
    let people = options.people;
    println!(
        "\n{people} processes on {} hosts of one bridge; {} processors\n",
        options.hosts,
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    let rows = rows(options, hall, muc, least);
    if options.markdown {
        println!("| {people} members | Balcony | Prosody's MUC | goal |\n|---|---|---|---|");
        for row in &rows {
            println!(
                "| {} | {} | {} | {} |",
                row.name, row.balcony, row.muc, row.goal
            );
        }
        return;
    }
    println!("{:<58} {:>22} {:>18}  goal", "", "Balcony", "Prosody");
    for row in &rows {
        println!(
            "{:<58} {:>22} {:>18}  {}",
            row.name, row.balcony, row.muc, row.goal
        );
    }
}

fn rows(options: &Options, hall: Option<&Facts>, muc: Option<&Facts>, least: &Figures) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = |name: &str, show: &dyn Fn(&Facts) -> String, goal: String| {
        let cell = |facts: Option<&Facts>| facts.map(show).unwrap_or_else(|| "–".into());
        rows.push(Row {
            name: name.to_owned(),
            balcony: cell(hall),
            muc: cell(muc),
            goal,
        });
    };
    let times = |get: &dyn Fn(&Facts) -> f64, goal: &str| match (hall, muc) {
        (Some(hall), Some(muc)) => format!("{goal}; {:.2}x", get(hall) / get(muc)),
        _ => goal.to_owned(),
    };
    let seconds = |figure: f64| format!("{:.2} s", figure / 1e3);
    let both = |p50: f64, p99: f64| format!("{p50:.1} / {p99:.1} ms");
    row(
        "started, until everybody sees everybody",
        &|facts| facts.all_seen.map(seconds).unwrap_or_else(|| "–".into()),
        String::new(),
    );
    row(
        "all in the room",
        &|facts| seconds(facts.entered),
        times(&|facts| facts.entered, "≤ 1.0x"),
    );
    row(
        "all in it and listing all the others",
        &|facts| seconds(facts.all_listed),
        times(&|facts| facts.all_listed, "≤ 1.0x"),
    );
    row(
        "announcement until the last member has it, p50 / p99",
        &|facts| both(facts.last.at(50), facts.last.at(99)),
        times(&|facts| facts.last.at(50), "p99 ≤ 100 ms, ≤ 1.5x; p50"),
    );
    row(
        "… by as many programs that only check, keep and print it",
        &|_| both(least.at(50), least.at(99)),
        String::new(),
    );
    row(
        "… its p99 against Prosody's",
        &|facts| format!("{:.1} ms", facts.last.at(99)),
        times(&|facts| facts.last.at(99), "≤ 1.5x"),
    );
    row(
        "… until any member has it, p50 / p99",
        &|facts| both(facts.each.at(50), facts.each.at(99)),
        String::new(),
    );
    row(
        "… by a speaker who serves nobody, p50 / p99",
        &|facts| both(facts.last_by_other.at(50), facts.last_by_other.at(99)),
        times(&|facts| facts.last_by_other.at(50), "p50"),
    );
    row(
        &format!(
            "late joiner has {} messages, median / worst",
            options.history()
        ),
        &|facts| both(facts.late.at(50), facts.late.most()),
        times(&|facts| facts.late.at(50), "≤ 42 ms"),
    );
    row(
        "memory of a process (Prosody: the server), mean RSS / PSS",
        &|facts| format!("{:.1} / {:.1} MiB", facts.rss.mean(), facts.pss.mean()),
        "≤ 25 MiB".into(),
    );
    row(
        "… the largest",
        &|facts| format!("{:.1} / {:.1} MiB", facts.rss.most(), facts.pss.most()),
        String::new(),
    );
    for at in 0..hall.map_or(0, |facts| facts.idle.len()) {
        let Some(when) = hall
            .and_then(|facts| facts.idle.get(at))
            .map(|idle| idle.when)
        else {
            continue;
        };
        row(
            &format!("a minute in which {when}: packets, MB"),
            &|facts| match facts.idle.get(at) {
                Some(idle) => format!("{:.0}, {:.2} MB", idle.packets, idle.octets / 1e6),
                None => "–".into(),
            },
            String::new(),
        );
        row(
            "… processor time of all",
            &|facts| match facts.idle.get(at) {
                Some(idle) => format!("{:.1} s", idle.busy),
                None => "–".into(),
            },
            String::new(),
        );
    }
    rows
}
