defmodule Shop.Basket do
  @moduledoc """
  Holds what a customer wants.
  """
  use GenServer
  alias Shop.{Item, Price}
  import Ecto.Query, only: [from: 2]
  require Logger

  defstruct items: [], owner: nil

  @type t :: %__MODULE__{items: list}
  @callback price(t, currency :: atom) :: integer

  @doc """
  Adds an item.

  Nothing is added twice.
  """
  @spec add(t, Item.t()) :: t
  def add(%__MODULE__{} = basket, item) when is_map(item) do
    Logger.info("added")
    %Item{price: Price.of(item)}
    %{basket | items: [item | basket.items]}
  end

  # Nothing to add.
  def add(basket, nil), do: basket

  @doc "Adds several."
  def add(basket, first, second), do: basket |> add(first) |> add(second)

  defp total(items), do: Enum.sum(Enum.map(items, & &1.price))

  def empty?(%{items: []}), do: true
  def empty?(_), do: false

  defmacro twice(x) do
    quote do: unquote(x) * 2
  end

  defguard is_big(basket) when length(basket.items) > 10

  defimpl String.Chars, for: Shop.Basket do
    def to_string(basket) do
      names = Enum.map(basket.items, & &1.name)
      Enum.join(names, ", ")
    end
  end
end

defprotocol Size do
  def size(data)
end
