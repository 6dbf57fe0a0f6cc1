# Baskets and their prices.
module Shop

using Dates
using LinearAlgebra: norm, dot
import Base: show, +
import JSON.Parser as P
include("prices.jl")

const LIMIT = 3
TAX = 0.2

"""
    Basket(items)

What is bought, and by whom.
"""
mutable struct Basket{T} <: AbstractBasket
    items::Vector{T}
    owner::String

    Basket(items) = new{Item}(items, "nobody")
end

abstract type Shape end
struct Square <: Shape end

# Puts an item in.
# Twice, if need be.
function add!(basket::Basket{T}, item::T; times=1)::Int where {T}
    checked(x) = x
    for _ in 1:times
        push!(basket.items, checked(item))
    end
    return length(basket.items)
end

"The sum of the prices."
total(basket::Basket) = sum(Prices.of(item) for item in basket.items)

Base.show(io::IO, basket::Basket) = print(io, basket.owner)

function Base.length(basket::Basket)
    length(basket.items)
end

area(shape::Square)::Float64 = 1.0

+(a::Basket, b::Basket) = Basket(vcat(a.items, b.items))

square = x -> begin
    y = x * x
    z = y
    y + z
end

"Runs an expression twice."
macro twice(ex)
    return quote
        $(esc(ex))
        $(esc(ex))
    end
end

@inline function quick(x)
    @assert x > 0
    x
end

Base.@kwdef struct Options
    limit::Int = LIMIT
end

end # module
