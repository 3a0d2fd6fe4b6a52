//! Long runs under load and faults, one after the other: `cargo xtask soak`. What they have to show are the figures named F in
//! `SECURITY.md`'s sense: counts, memory and ratios of one run, on the loopback interface only.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what cannot be set up has nothing to show, and a scenario that panics has failed"
)]

mod bad_documents;
mod client;
mod clients;
mod clock;
mod cold;
mod command;
mod crash;
mod differential;
mod drain;
mod floods;
mod garbage;
mod load;
mod lost;
mod memory;
mod opaque;
mod outage;
mod provider;
mod random;
mod rates;
mod redis;
mod report;
mod rotation;
mod served;
mod server;
mod slow_clients;
mod stalled_audit;
mod subjects;

use crate::command::{Command, Length};
use crate::report::Report;
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::time::Instant;
use tokio::runtime::Runtime;

/// A scenario: what it is called, what it is about, and what it does.
struct Scenario {
    name: &'static str,
    about: &'static str,
    run: fn(Length) -> Report,
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "outage",
        about: "F1: the keys cannot be had, in three ways, under load with known keys",
        run: |length| block_on(outage::run(length)),
    },
    Scenario {
        name: "rotation",
        about: "F4: a key is added and signs at once, under load",
        run: |length| block_on(rotation::run(length)),
    },
    Scenario {
        name: "cold",
        about: "F6: 10 000 requests at once, and no keys yet",
        run: |_| block_on(cold::run()),
    },
    Scenario {
        name: "unknown-keys",
        about: "F7: a flood of unknown key ids, with good tokens among them",
        run: |length| block_on(floods::unknown_keys(length)),
    },
    Scenario {
        name: "unknown-keys-hang",
        about: "F8: the same while the keys hang",
        run: |length| block_on(floods::unknown_keys_while_hanging(length)),
    },
    Scenario {
        name: "bad-documents",
        about: "F9, F10: key sets that are slow, huge, endless, cut off, compressed, elsewhere or none",
        run: |_| block_on(bad_documents::run()),
    },
    Scenario {
        name: "garbage",
        about: "F21: 3 million tokens that are garbage, each another one",
        run: |length| block_on(garbage::run(length)),
    },
    Scenario {
        name: "subjects",
        about: "F22, F28: good tokens, each of another subject, through a cache",
        run: |length| block_on(subjects::run(length)),
    },
    Scenario {
        name: "slow-introspection",
        about: "F12: a thousand opaque tokens a second while introspection takes two, with JWT among them",
        run: |length| block_on(opaque::slow(length)),
    },
    Scenario {
        name: "one-opaque-token",
        about: "F13: the same opaque token a thousand times at once",
        run: |_| block_on(opaque::at_once()),
    },
    Scenario {
        name: "failing-introspection",
        about: "F14: introspection that fails, hangs or is a web page",
        run: |_| block_on(opaque::failing()),
    },
    Scenario {
        name: "redis",
        about: "F16, F17: three instances that share a Redis, which is killed and hangs",
        run: |_| block_on(redis::run()),
    },
    Scenario {
        name: "rates",
        about: "F16, F17, F22, F24: a rate that three instances keep together through a Redis, which is killed and hangs",
        run: |length| block_on(rates::run(length)),
    },
    Scenario {
        name: "clients",
        about: "64 clients for a minute, with servers of both SDKs",
        run: |length| block_on(clients::steady(length)),
    },
    Scenario {
        name: "throughput",
        about: "64 clients: the throughput of a server with a gate, next to the same without",
        run: |length| block_on(clients::throughput(length)),
    },
    Scenario {
        name: "crash",
        about: "F19: one of three servers is killed under load, and started again",
        run: |_| block_on(crash::run()),
    },
    Scenario {
        name: "drain",
        about: "F20: a server is asked to stop with 64 calls under way",
        run: |_| block_on(drain::run()),
    },
    Scenario {
        name: "slow-clients",
        about: "F23: a thousand clients that send a byte a second, next to others",
        run: |_| block_on(slow_clients::run()),
    },
    Scenario {
        name: "stalled-audit",
        about: "F27: nobody takes the audit records any more, and then somebody does",
        run: |_| block_on(stalled_audit::run()),
    },
    Scenario {
        name: "differential",
        about: "F30: 100 000 mutated tokens, judged by us and by `jose` of npm",
        run: |length| block_on(differential::run(length)),
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    match command::parse(&arguments, &names) {
        Ok(Command::Provider) => {
            block_on(provider::serve());
            ExitCode::SUCCESS
        }
        Ok(Command::Serve(arguments)) => {
            served::serve(&arguments);
            ExitCode::SUCCESS
        }
        Ok(Command::List) => {
            for scenario in SCENARIOS {
                println!("{:18} {}", scenario.name, scenario.about);
            }
            ExitCode::SUCCESS
        }
        Ok(Command::Run(names, length)) => run(&names, length),
        Err(mistake) => {
            eprintln!("error: {mistake}");
            ExitCode::from(2)
        }
    }
}

/// Runs these scenarios, or all if none is named.
fn run(names: &[String], length: Length) -> ExitCode {
    let chosen = |scenario: &&Scenario| names.is_empty() || names.iter().any(|name| name == scenario.name);
    let mut all = Vec::new();
    for scenario in SCENARIOS.iter().filter(chosen) {
        println!("> {}: {}", scenario.name, scenario.about);
        let start = Instant::now();
        // A panic is a failure of this scenario, and the next ones run all the same.
        let report = catch_unwind(|| (scenario.run)(length)).unwrap_or_else(|_| Report::panicked());
        print!("{report}");
        println!("  {:.0} s\n", start.elapsed().as_secs_f64());
        all.push((scenario.name, report));
    }
    println!("{}", report::summary(&all));
    if all.iter().all(|(_, report)| report.passed()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    Runtime::new().unwrap().block_on(future)
}
