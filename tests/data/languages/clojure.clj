;; Baskets and their prices.
(ns shop.basket
  "What is bought, and by whom."
  (:require [clojure.string :as str :refer [join]]
            [shop.price-list]
            shop.util)
  (:import (java.util Date UUID)
           java.io.File))

(def limit 3)
(def ^:private secret "Known to nobody." (atom {}))

(def columns
  "What a table shows."
  {:name "Name"
   :price "Price"
   :owner "Owner"})

(defn total
  "The sum of the prices,
  or of some of them."
  {:added "1.0"}
  ([items] (total items 1))
  ([items times]
   (reduce + (take times (map :price items)))))

; Whether it costs anything.
(defn- priced? [item] (pos? (:price item)))

(defn ^:export ^String label
  "What stands on a basket."
  [basket & {:keys [short]}]
  (str/join ", " (filter priced? basket)))

(defmacro twice [form]
  `(do ~form ~form))

(defmulti area "How large it is." :shape)
(defmethod area :square [shape]
  (* (:side shape) (:side shape)))
(defmethod ig/init-key ::server [_ options]
  (start! options))

(defprotocol Shape
  "What has sides."
  (sides [this] "How many.")
  (rename [this name]))

(defrecord Square [side]
  Shape
  (sides [_] 4)
  (rename [this name]
    (assoc this :name name)))

(extend-protocol Shape
  String
  (sides [text] (count text)))

#?(:clj (defn now [] (Date.))
   :cljs (defn now [] (js/Date.)))

(s/fdef total :args (s/cat :items coll?))

(deftest survives-reload
  (is (= 1 (total [{:price 1}]))))

(let [counter (atom 0)]
  (defn next-id []
    (swap! counter inc)))

(deftest test-basket
  (testing "when it is reloaded"
    (is (= 1 (total [{:price 1}])))
    (testing "twice"
      (is (empty? (reload))))))

(defroutes app
  (GET "/orders/:id" [id] (show id))
  (context "/admin" []
    (POST "/orders" request
      (check request)
      (create request))))

(def routes
  ["/api"
   ["/orders" {:get list-orders
               :post create}]])
