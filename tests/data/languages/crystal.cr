# Baskets.
require "json"
require "./item"

module Shop
  LIMIT = 3

  # What is bought.
  class Basket < Store
    include Enumerable(Item)

    property items : Array(Item)

    def initialize(@owner : String)
      @items = [] of Item
    end

    # The sum.
    def total : Float64
      sum = if @items.empty?
              0.0
            else
              @items.sum(&.price)
            end
      @items.each do |item|
        item.check unless item.done?
      end
      sum
    end

    def empty?; @items.empty?; end

    abstract def pay

    macro define(name)
      {% if flag?(:debug) %}
        def {{name}}; end
      {% end %}
    end
  end

  enum State
    Open
    Paid
  end
end

describe "basket" do
  it "survives a reload" do
    basket = Shop::Basket.new("x")
    basket.total.should eq(0)
  end
end
