using System.Linq;
using static System.Math;
using Json = Newtonsoft.Json.Linq;

namespace Shop.Orders
{
    /// <summary>Holds orders.</summary>
    [Serializable]
    public class OrderBook<T> : BaseBook, IEnumerable<T> where T : Order
    {
        public const int MaxOrders = 50;
        private static readonly int LIMIT = 3;

        public int Count
        {
            get { return orders.Count(); }
        }

        public OrderBook(int size) : base(size)
        {
            orders = new List<T>(size);
        }

        [HttpGet("/orders")]
        public async Task<T> Find(int id)
        {
            bool Match(T order)
            {
                return order.Id == id;
            }
            return orders.First(Match) ?? this.Load<T>(id);
        }

        public static OrderBook<T> operator +(OrderBook<T> a, OrderBook<T> b) => a.Merge(b);
    }

    public interface IStore { void Save(Order order); }

    public enum State { Open, Closed }

    public record Line(string Article, int Count);

    public struct Price
    {
        public decimal Value;
    }
}
