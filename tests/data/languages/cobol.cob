      * Sums the prices of a basket.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. SHOP-BASKET.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  BASKET-TOTAL     PIC 9(5)V99.
       COPY ITEMS.
       PROCEDURE DIVISION.
       MAIN-PARA.
           PERFORM ADD-ITEM UNTIL DONE.
           DISPLAY "MAIN-PARA."
           STOP RUN.
      * Adds one item.
       ADD-ITEM.
           ADD ITEM-PRICE TO BASKET-TOTAL.
           IF BASKET-TOTAL > LIMIT
               GO TO END-PARA
           END-IF.
       END-PARA.
           EXIT.
