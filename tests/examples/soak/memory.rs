//! How much memory this process has.

use std::fs;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What is resident now, in bytes.
pub(crate) fn resident() -> u64 {
    status("self", "VmRSS:")
}

/// The same of another process.
pub(crate) fn resident_of(process: u32) -> u64 {
    status(&process.to_string(), "VmRSS:")
}

/// Forgets the peak.
pub(crate) fn forget_peak() {
    // Documented in proc_pid_clear_refs(5).
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// The most that was resident since the peak was forgotten, in bytes.
pub(crate) fn peak() -> u64 {
    status("self", "VmHWM:")
}

/// By how much memory grew, in MiB, rounded up.
pub(crate) fn growth(before: u64, after: u64) -> u64 {
    after.saturating_sub(before).div_ceil(MIB)
}

fn status(process: &str, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").trim().parse().unwrap();
    kib * KIB
}
