-- A counter.
library ieee;
use ieee.std_logic_1164.all;
use work.shop_pkg.all;

entity counter is
  generic (WIDTH : integer := 8);
  port (clk : in std_logic; q : out std_logic_vector(WIDTH-1 downto 0));
end entity counter;

architecture rtl of counter is
  constant LIMIT : integer := 3;
  type state_t is (IDLE, BUSY);
  type item_t is record
    id : integer;
  end record;
  component ram is
    port (a : in std_logic);
  end component;
  -- Doubles.
  function twice(x : integer; y : integer := f(2)) return integer is
  begin
    if x > 1 then return 2; end if;
    return x * 2;
  end function;
begin
  main : process (clk)
  begin
    if rising_edge(clk) then
      case s is when others => null; end case;
      for i in 0 to 3 loop x <= twice(i); end loop;
    end if;
  end process main;

  process (q) begin null; end process;
  u1 : entity work.ram_block port map (a => b);
  gen : for i in 0 to 3 generate
    u2 : ram generic map (W => 2) port map (a => b);
  end generate;
end rtl;

package shop_pkg is
  function total(a : integer) return integer;
  procedure pay(signal x : out integer);
end shop_pkg;

package body shop_pkg is
  function total(a : integer) return integer is
  begin
    return a;
  end total;
  procedure pay(signal x : out integer) is begin
    x <= 1;
  end;
end package body;
