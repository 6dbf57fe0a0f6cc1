'use strict';
/* A cart in the browser. */
import React, { useState } from 'react';
import * as api from "./api/client.js";
const { total } = require('../lib/total');

export const MAX_ITEMS = 10;
const isEmpty = (items) => items.length === 0;

/**
 * Adds an item.
 * @param {object} item
 */
export async function addItem(item) {
  const saved = await api.post('/items', item);
  return saved;
}

export const removeItem = async (id) => {
  await api.delete(`/items/${id}`);
  refresh();
  return true;
};

const handlers = {
  onClick(event) {
    event.preventDefault();
    addItem(event.target);
    return false;
  },
  'on-drop': function (event) {
    const item = new Item(event);
    addItem(item);
  },
  short: () => 1,
};

class Cart extends React.Component {
  state = { open: false };

  toggle = () => {
    this.setState({ open: !this.state.open });
    this.#log('toggled');
  };

  static create() { return new Cart(); }

  #log(text) {
    console.log(text);
  }

  render() {
    return <Panel open={this.state.open}><div /><Badge.Count value={total()} /></Panel>;
  }
}

Cart.prototype.legacy = function () {
  return legacyHelper(this);
};

module.exports.checkout = function checkout(cart) {
  return api.post('/checkout', cart);
};

function* ids() { yield 1; }
export default Cart;
