//! Serial line and frame protocol in one block.

use rust_hdl::prelude::*;

use super::{Link, LinkError, UartRx, UartTx};

/// [`UartRx`], [`Link`] and [`UartTx`]: serial line in, memory bus and program start out.
///
/// The bus and the run ports are those of [`Link`], latencies too; the line adds those of its two halves.
#[derive(LogicBlock)]
pub struct SerialLink {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// The line from the host, asynchronous.
    pub rx: Signal<In, Bit>,
    /// The line to the host.
    pub tx: Signal<Out, Bit>,
    /// Region of the bus access: a code of `frazil_wire::Region`.
    pub bus_region: Signal<Out, Bits<3>>,
    /// Byte address of the bus access.
    pub bus_addr: Signal<Out, Bits<24>>,
    /// Byte to write.
    pub bus_wdata: Signal<Out, Bits<8>>,
    /// Writes `bus_wdata`, in this clock.
    pub bus_we: Signal<Out, Bit>,
    /// The byte at `bus_addr` two clocks before ([`super::READ_LATENCY`]).
    pub bus_rdata: Signal<In, Bits<8>>,
    /// Starts the program at `run_entry`; high for one clock.
    pub run_start: Signal<Out, Bit>,
    /// Descriptor index.
    pub run_entry: Signal<Out, Bits<16>>,
    /// A program is running.
    pub run_busy: Signal<In, Bit>,
    receiver: UartRx,
    sender: UartTx,
    link: Link,
}

impl SerialLink {
    /// A link at `clocks_per_bit` clocks a bit that drops a begun frame after `idle_clocks` clocks of silence,
    /// counted from the end of a byte to the end of the next.
    ///
    /// # Errors
    /// A parameter is outside [`super::CLOCKS_PER_BIT`] or [`super::IDLE_CLOCKS`].
    pub fn new(clocks_per_bit: u32, idle_clocks: u32) -> Result<Self, LinkError> {
        Ok(Self {
            clock: Default::default(),
            rx: Default::default(),
            tx: Default::default(),
            bus_region: Default::default(),
            bus_addr: Default::default(),
            bus_wdata: Default::default(),
            bus_we: Default::default(),
            bus_rdata: Default::default(),
            run_start: Default::default(),
            run_entry: Default::default(),
            run_busy: Default::default(),
            receiver: UartRx::new(clocks_per_bit)?,
            sender: UartTx::new(clocks_per_bit)?,
            link: Link::new(idle_clocks)?,
        })
    }
}

impl Logic for SerialLink {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, receiver, sender, link);
        self.receiver.rx.next = self.rx.val();
        self.link.rx_data.next = self.receiver.data.val();
        self.link.rx_valid.next = self.receiver.valid.val();
        self.sender.data.next = self.link.tx_data.val();
        self.sender.start.next = self.link.tx_start.val();
        self.link.tx_busy.next = self.sender.busy.val();
        self.tx.next = self.sender.tx.val();
        self.bus_region.next = self.link.bus_region.val();
        self.bus_addr.next = self.link.bus_addr.val();
        self.bus_wdata.next = self.link.bus_wdata.val();
        self.bus_we.next = self.link.bus_we.val();
        self.link.bus_rdata.next = self.bus_rdata.val();
        self.run_start.next = self.link.run_start.val();
        self.run_entry.next = self.link.run_entry.val();
        self.link.run_busy.next = self.run_busy.val();
    }
}
