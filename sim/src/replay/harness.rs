//! The C++ program around a Verilated module: a line of inputs in, a line of outputs out, for each cycle.

use std::fmt::Write as _;

use super::Port;

/// The program's text for these ports.
pub fn main(ports: &[Port]) -> String {
    let mut read = String::new();
    let mut print = String::new();
    for port in ports {
        let (name, bits) = (port.name.replace('$', "__024"), port.bits);
        let line = if port.input { &mut read } else { &mut print };
        let call = match (port.input, bits > 64) {
            (true, false) => format!("    t->{name} = narrow();\n"),
            (true, true) => format!("    wide(t->{name}, {});\n", bits.div_ceil(32)),
            (false, false) => format!("    put(t->{name}, {});\n", bits.div_ceil(4)),
            (false, true) => format!("    putwide(t->{name}, {bits});\n"),
        };
        line.write_str(&call).unwrap_or_default();
    }
    TEMPLATE.replace("@READ@", &read).replace("@PRINT@", &print)
}

/// Inputs change while the clock is low, outputs are printed just before the rising edge.
const TEMPLATE: &str = r#"
#include "Vtop.h"
#include "verilated.h"
#include <cstdio>
#include <cstdint>
#include <cstring>
#include <cstdlib>
static char token[1 << 16];
static bool next() { return scanf("%65535s", token) == 1; }
static uint64_t narrow() { if (!next()) exit(0); return strtoull(token, nullptr, 16); }
template <class T> static void wide(T& v, int words) {
    if (!next()) exit(0);
    int digits = (int)strlen(token);
    for (int w = 0; w < words; w++) {
        uint32_t x = 0;
        for (int d = 7; d >= 0; d--) {
            int at = digits - 1 - (w * 8 + d);
            char c = at >= 0 ? token[at] : '0';
            x = x << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        v[w] = x;
    }
}
static void put(uint64_t v, int digits) {
    for (int d = digits - 1; d >= 0; d--) putchar("0123456789abcdef"[v >> (4 * d) & 15]);
    putchar(' ');
}
template <class T> static void putwide(const T& v, int bits) {
    for (int d = (bits + 3) / 4 - 1; d >= 0; d--) putchar("0123456789abcdef"[v[d / 8] >> (4 * (d % 8)) & 15]);
    putchar(' ');
}
double sc_time_stamp() { return 0; }
int main() {
    Vtop* t = new Vtop;
    t->clock = 0;
    t->eval();
    int c;
    for (;;) {
        do { c = getchar(); } while (c == '\n' || c == ' ');
        if (c == EOF) break;
        ungetc(c, stdin);
@READ@
        t->eval();
@PRINT@
        putchar('\n');
        t->clock = 1;
        t->eval();
        t->clock = 0;
        t->eval();
    }
    return 0;
}
"#;
