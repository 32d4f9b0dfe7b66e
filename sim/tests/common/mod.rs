//! What several test programs share.
#![allow(dead_code)] // each uses its part

pub mod networks;

use std::io::Write as _;
use std::time::Duration;

use frazil_hdl::datapath::{DatapathSpec, MultiplierStyle, RequantiserStyle};
use frazil_hdl::memory::MemoryStyle;
use frazil_hdl::top::TopSpec;
use frazil_hdl::vendor::PllStyle;
use frazil_model::plan::{ArrayStyle, Capacity, FlashCapacity, Plan};
use frazil_sim::DeviceKind;
use frazil_sim::serial::Simulated;
use frazil_wire::{
    Decoded, Decoder, Header, Kind, MAGIC_REPLY, MAGIC_REQUEST, Region, Register, Status, encode,
};

/// A small chip with a fast serial line, so that simulations are short.
pub fn spec() -> TopSpec {
    TopSpec {
        lanes: 8,
        style: ArrayStyle::Block,
        datapath: DatapathSpec {
            pixels: 2,
            requantisers: 1,
            sum_bits: 24,
            requant_bits: 24,
            multiplier: MultiplierStyle::SbMac16,
            requantiser: RequantiserStyle::Pipelined { rows_per_stage: 3 },
        },
        memory_words: 16_384,
        memory: MemoryStyle::Spram,
        weight_words: 1024,
        list_entries: 512,
        clock_hz: 24_000_000,
        clocks_per_bit: 4,
        pll: PllStyle::None,
        flash: None,
        pins: None,
        sites: None,
    }
}

/// A chip with the quad array, of a small memory and with the same line.
pub fn quad_spec() -> TopSpec {
    TopSpec {
        lanes: 16,
        style: ArrayStyle::Quad,
        datapath: DatapathSpec {
            pixels: 16,
            requantisers: 16,
            sum_bits: 24,
            requant_bits: 26,
            multiplier: MultiplierStyle::Mult18Pair,
            requantiser: RequantiserStyle::Pipelined { rows_per_stage: 3 },
        },
        memory_words: 5120,
        memory: MemoryStyle::BlockRam,
        weight_words: 2048,
        list_entries: 512,
        clock_hz: 24_000_000,
        clocks_per_bit: 4,
        pll: PllStyle::None,
        flash: None,
        pins: None,
        sites: None,
    }
}

/// What such a chip offers to a plan.
pub fn capacity(spec: &TopSpec) -> Capacity {
    let array = &spec.datapath;
    Capacity {
        lanes: spec.lanes,
        pixels: array.pixels,
        requantisers: array.requantisers,
        style: spec.style,
        memory_words: spec.memory_words,
        weight_words: spec.weight_words,
        list_entries: spec.list_entries,
        sum_bits: array.sum_bits as u32,
        requant_bits: array.requant_bits as u32,
        flash: spec.flash.map(|flash| FlashCapacity { ring_words: flash.ring_words, bytes: 1 << 20 }),
    }
}

/// Whether a kind of device can be had; says by name what is skipped, and fails in CI.
pub fn available(kind: DeviceKind, test: &str) -> bool {
    let found = kind != DeviceKind::Verilator || frazil_sim::verilator::find().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "{test}: no Verilator");
    if !found {
        // Straight to the terminal: what a test prints is not shown.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test} on {kind}: no Verilator");
    }
    found
}

/// The least that talks to a device: one request, one reply, no retries.
pub struct Conversation {
    device: Box<dyn Simulated>,
    decoder: Decoder,
    seq: u8,
}

impl Conversation {
    pub fn new(device: Box<dyn Simulated>) -> Self {
        let mut new = Self { device, decoder: Decoder::new(MAGIC_REPLY), seq: 0 };
        new.request(Kind::Sync, 0, 0, 0, &[]);
        new
    }

    pub fn request(&mut self, kind: Kind, region: u8, address: u32, len: u16, payload: &[u8]) -> Vec<u8> {
        let seq = self.seq;
        self.seq = self.seq.wrapping_add(1);
        let header =
            Header { magic: MAGIC_REQUEST, kind: kind as u8, seq, region_or_status: region, address, len };
        self.device.write_all(&encode(&header, payload)).expect("the wire takes it");
        let mut buffer = [0; 4096];
        loop {
            match self.decoder.next_frame() {
                Some(Decoded::Frame(reply, payload)) => {
                    assert_eq!((reply.seq, reply.region_or_status), (seq, Status::Ok as u8));
                    return payload;
                }
                Some(Decoded::BadPayload(_)) => panic!("a reply's payload is damaged"),
                None => {}
            }
            let count = self.device.read(&mut buffer, Duration::from_secs(10)).expect("the wire gives it");
            assert!(count > 0, "no reply to {kind:?}");
            self.decoder.push(&buffer[..count]);
        }
    }

    pub fn write(&mut self, region: Region, address: u32, bytes: &[u8]) {
        for (i, chunk) in bytes.chunks(4096).enumerate() {
            self.request(Kind::Write, region as u8, address + 4096 * i as u32, chunk.len() as u16, chunk);
        }
    }

    pub fn read(&mut self, region: Region, address: u32, len: usize) -> Vec<u8> {
        self.request(Kind::Read, region as u8, address, len as u16, &[])
    }

    /// Loads a plan's program.
    pub fn load(&mut self, plan: &Plan) {
        self.write(Region::Memory, plan.program.image_byte_address() as u32, &plan.program.image);
    }

    /// Runs the program at a word address.
    pub fn run(&mut self, entry: u32) {
        self.request(Kind::Run, 0, entry, 0, &[]);
    }

    /// Clock cycles simulated so far.
    pub fn clocks(&self) -> u64 {
        self.device.cycles()
    }

    /// One inference: result and clock cycles.
    pub fn infer(&mut self, plan: &Plan, input: &[i8]) -> (Vec<i8>, u32) {
        let program = &plan.program;
        let place = program.input().expect("an input");
        self.write(Region::Memory, place.byte_address() as u32, &place.pack(input));
        let entry = program.entry("run").expect("every program can run");
        self.run(entry as u32);
        let place = program.output().expect("an output");
        let output = self.read(Region::Memory, place.byte_address() as u32, place.bytes());
        let cycles = self.read(Region::Registers, Register::Cycles.address(), 4);
        let cycles = u32::from_le_bytes(cycles.try_into().expect("four bytes"));
        (place.unpack(&output), cycles)
    }
}
