package org.example.tree

import scala.collection.mutable.{Map, Set => MSet}
import java.util._

/** A tree. */
@tailrec
class Tree[T](val root: T) extends Base(root) with Walks[T] {
  val MaxDepth = 10

  /** Its size. */
  def size(depth: Int): Int = {
    children.map(_.size(depth + 1)).sum
    val node = new Node[T](root)
    node.count
  }

  def leaf: Boolean
  private def short = 1
}

object Tree extends App {
  def apply[T](root: T): Tree[T] = new Tree(root)
}

trait Walks[T] {
  def walk(): Unit
}

case class Node[T](value: T)

enum Order { case Pre, Post }

type Path = List[Int]
