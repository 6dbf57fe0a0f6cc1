`timescale 1ns / 1ps
`include "defs.vh"
import axi_pkg::*;

`define WIDTH 8
`define MAX(a, b) \
    ((a) > (b) ? (a) : (b))

/*
 * A ring buffer.
 */
module ring_buffer #(
    parameter DEPTH = 16,
    parameter integer WIDTH = 8
)(
    input  wire             clk,
    input  wire [WIDTH-1:0] data,
    output reg              full
);
    localparam ADDR_WIDTH = $clog2(DEPTH);
    typedef enum logic [1:0] {
        IDLE, BUSY
    } state_t;

    // Adds one, and wraps.
    function automatic [ADDR_WIDTH-1:0] next_index;
        input [ADDR_WIDTH-1:0] index;
        begin
            next_index = index + 1;
        end
    endfunction

    task reset_all(input int n);
        full <= 0;
    endtask : reset_all

    counter #(.WIDTH(4)) count_i (.clk(clk), .q(q));
    ram ram_inst (
        .addr(next_index(q))
    );

    always @(posedge clk) begin : main
        if (full) $display("module fake;");
    end
endmodule

package shop_pkg;
    typedef struct packed {
        logic [7:0] id;
    } item_t;
    import "DPI-C" function int c_add(int a);
    virtual class base;
        pure virtual function void pay();
        extern function int total(int n);
        function new(string name = "x");
            super.new(name);
        endfunction
    endclass
endpackage

interface bus_if(input clk);
    logic valid;
    modport master(output valid);
    clocking cb @(posedge clk); endclocking
endinterface

class driver extends uvm_driver #(item);
    `uvm_component_utils(driver)
    virtual bus_if vif;
    virtual task run_phase(uvm_phase phase);
        forever begin
            seq_item_port.get_next_item(req);
            drive(req);
        end
    endtask
    covergroup cg @(posedge clk);
        coverpoint x;
    endgroup
    property p_valid;
        @(posedge clk) a |-> b;
    endproperty
endclass

function int base::total(int n);
    return n;
endfunction
