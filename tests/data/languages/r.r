# Baskets and their prices.

library(dplyr)
requireNamespace("jsonlite", quietly = TRUE)
source("R/prices.R")

LIMIT <- 3
discounts <- c(gold = 0.1, silver = 0.05)

#' The sum of the prices
#'
#' @param items what is bought
#' @export
total <- function(items, times = 1L) {
  checked <- function(price) {
    stopifnot(price > 0)
    price
  }
  sum(vapply(items, \(item) checked(item$price), numeric(1))) |> round(2)
}

`%+%` <- function(a, b) paste0(a, b)
print.basket <- function(x, ...) {
  cat("a basket of", x$owner)
  invisible(x)
}

setClass("Shape", representation(name = "character"))
setGeneric("area", function(shape, ...) standardGeneric("area"))

# A square has one side.
setMethod("area", "Square", function(shape, ...) {
  shape@side^2
})
setMethod("+", signature(e1 = "Shape", e2 = "Shape"), function(e1, e2) c(e1, e2))

#' A basket with its owner.
Basket <- R6::R6Class("Basket",
  inherit = Shop,
  public = list(
    items = NULL,
    #' @description Puts an item in.
    add = function(item) {
      self$items <- c(self$items, item)
      invisible(self)
    }
  ),
  private = list(
    secret = function() LIMIT
  )
)

handlers <- list(
  open = function(session) {
    session$log("opened")
    dplyr::filter(session$rows, open)
  },
  close = function(session) NULL
)

Dog <- S7::new_class("Dog", parent = Pet, properties = list(name = class_character))
method(speak, Dog) <- function(x) cat("Wuff")

server <- function(input, output) {
  prices <- reactive({
    req(input$shop)
    load_prices(input$shop)
  })
  output$chart <- renderPlot({
    plot(prices())
    title("Prices")
  })
}

test_that("a basket survives a reload", {
  basket <- Basket$new()
  basket$add("tea")
  expect_equal(reload(basket)$count(), 1)
})

describe("Basket", {
  it("refuses what is sold out", {
    basket <- Basket$new()
    expect_error(basket$add("coffee"))
    expect_equal(basket$count(), 0)
  })
})

observeEvent(input$order, {
  prices()
  showNotification("Ordered")
  reset("basket")
})

#* An order of a shop
#* @get /orders/<id>
function(id) {
  find_order(id)
}

pr_post(router, "/orders", create)
pr_put("/orders", function(request) {
  check(request)
  save(request)
})
