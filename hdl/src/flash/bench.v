
// A board for simulation: the design and its flash. The flash answers the quad read and stops the simulation at
// anything else.
module board (input clock, rx, output tx, led);
  wire sck, cs, io0, io1, io2, io3;
  top fpga (.clock(clock), .rx(rx), .tx(tx), .led(led), .flash_sck(sck), .flash_cs(cs), .flash_io0(io0),
    .flash_io1(io1), .flash_io2(io2), .flash_io3(io3));
  board_flash flash (.sck(sck), .cs(cs), .io0(io0), .io1(io1), .io2(io2), .io3(io3));
endmodule

module board_flash (input sck, cs, inout io0, io1, io2, io3);
  reg [7:0] content [0:@LAST@];
  reg [31:0] received;
  reg [5:0] clocks;
  reg [24:0] nibble;
  reg [3:0] data;
  reg drives;
  wire [23:0] address = received[23:0] + nibble[24:1] - 24'd@FIRST@;
  wire [7:0] value = address <= 24'd@LAST@ ? content[address[@TOP@:0]] : 8'hFF;
  initial begin
    received = 0; clocks = 0; nibble = 0; data = 15; drives = 0;
    $readmemh("@FILE@", content);
  end
  always @(posedge sck or posedge cs)
    if (cs) clocks <= 0;
    else if (clocks != 40) begin
      clocks <= clocks + 1;
      if (clocks < 32) received <= {received[30:0], io0};
      if (clocks == 32 && (received[31:24] != 8'h6B || received[23:0] != 24'd@FIRST@)) begin
        $fdisplay(32'h8000_0002, "flash: command %h", received);
        $stop;
      end
    end
  always @(negedge sck or posedge cs)
    if (cs) begin
      nibble <= 0; drives <= 0;
    end else if (clocks == 40) begin
      data <= nibble[0] ? value[3:0] : value[7:4];
      drives <= 1;
      nibble <= nibble + 1;
    end
  assign io0 = drives ? data[0] : 1'bz;
  assign io1 = drives ? data[1] : 1'bz;
  assign io2 = drives ? data[2] : 1'bz;
  assign io3 = drives ? data[3] : 1'bz;
endmodule
