-- The bakery's books.

\i tables/customers.sql

-- What was ordered.
CREATE TABLE IF NOT EXISTS bakery.orders (
  id serial PRIMARY KEY,
  customer_id int REFERENCES customers (id),
  total numeric(10, 2) NOT NULL DEFAULT 0,
  note text CHECK (note <> 'it''s; nothing'),
  CONSTRAINT paid CHECK (total >= 0)
);
CREATE UNIQUE INDEX orders_by_customer ON bakery.orders (customer_id);
ALTER TABLE bakery.orders ADD COLUMN late boolean;

CREATE OR REPLACE VIEW late_orders AS
WITH waiting AS (
  SELECT id FROM orders WHERE late
),
named AS (
  SELECT
    w.id,
    c.name,
    full_name(c.id) AS whole
  FROM waiting w
  JOIN customers c ON c.id = w.customer_id
)
SELECT * FROM named;

/* Gives money back. */
CREATE FUNCTION refund(order_id int, amount numeric) RETURNS void AS $$
BEGIN
  UPDATE orders SET total = total - amount WHERE id = order_id;
  PERFORM notify_customer(order_id);
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER audit_orders AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION audit();

CREATE TYPE mood AS ENUM (
  'sad',
  'happy'
);

DELIMITER //
CREATE DEFINER=`root`@`localhost` PROCEDURE close_day(IN day date)
BEGIN
  DECLARE counted int;
  IF day IS NULL THEN
    SET day = CURRENT_DATE;
  END IF;
  SELECT CASE WHEN late THEN 1 END INTO counted FROM orders;
END //
DELIMITER ;

CREATE PROCEDURE weigh (loaf IN number) IS
  grams number;
BEGIN
  INSERT INTO weights VALUES (loaf, grams);
END;

INSERT INTO orders (id) VALUES (1);
