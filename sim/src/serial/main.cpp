// The program around a Verilated design: its serial line as messages on standard input and output.
#include "Vtop.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

static const unsigned kBit = @CLOCKS_PER_BIT@;
static const unsigned kQuiet = @QUIET@;
static const unsigned kLedLow = @LED_LOW@;

double sc_time_stamp() { return 0; }

static bool get(void* data, size_t size) { return fread(data, 1, size, stdin) == size; }

struct Design {
    Vtop* top = new Vtop;
    uint64_t cycles = 0;
    std::deque<uint8_t> to_send;
    std::vector<uint8_t> received;
    unsigned shift = 0, bits_left = 0, bit_clocks = 0, idle = 0;
    int wait = -1;
    unsigned bit = 0, byte = 0;

    Design() {
        top->clock = 0;
        top->rx = 1;
        top->eval();
    }

    // One clock. The device is idle when neither wire moves and no program runs.
    void clock() {
        if (!bits_left && !to_send.empty()) {
            shift = to_send.front() << 1 | 1 << 9;
            to_send.pop_front();
            bits_left = 10;
            bit_clocks = kBit;
        }
        top->rx = bits_left ? shift & 1 : 1;
        top->eval();
        top->clock = 1;
        top->eval();
        top->clock = 0;
        top->eval();
        cycles++;
        unsigned tx = top->tx;
        bool running = top->led != kLedLow;
        idle = bits_left || wait >= 0 || !tx || running ? 0 : idle + 1;
        if (bits_left && --bit_clocks == 0) {
            shift >>= 1;
            bits_left--;
            bit_clocks = kBit;
        }
        sample(tx);
    }

    void sample(unsigned tx) {
        if (wait < 0) {
            if (!tx) {
                wait = kBit + kBit / 2 - 1;
                bit = byte = 0;
            }
        } else if (wait > 0) {
            wait--;
        } else if (bit == 8) {
            if (tx) received.push_back(byte);
            wait = -1;
        } else {
            byte |= tx << bit++;
            wait = kBit - 1;
        }
    }
};

int main() {
    Design design;
    char what;
    uint64_t number;
    while (get(&what, 1) && get(&number, 8)) {
        if (what == 'w') {
            std::vector<uint8_t> bytes(number);
            if (!get(bytes.data(), number)) break;
            design.to_send.insert(design.to_send.end(), bytes.begin(), bytes.end());
            continue;
        }
        uint64_t end = design.cycles + number;
        if (end < number) end = UINT64_MAX;
        while (design.received.empty() && design.cycles < end) {
            design.clock();
            if (design.idle > kQuiet) break;
        }
        uint64_t count = design.received.size();
        fwrite(&design.cycles, 8, 1, stdout);
        fwrite(&count, 8, 1, stdout);
        fwrite(design.received.data(), 1, count, stdout);
        fflush(stdout);
        design.received.clear();
    }
    return 0;
}
