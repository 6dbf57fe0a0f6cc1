# Builds the bakery.
FLOUR ?= rye
export OVEN := hot
include config.mk
-include $(DEPS)

.PHONY: all clean

# Everything that is sold.
all: loaves rolls | shelf ## Bake all
	$(MAKE) -C oven
	@echo done

loaves: dough

%.bun: %.dough
	$(call bake,$<)

define bake
heat
put $(1)
wait
endef

ifeq ($(OVEN),hot)
crust: all
	burn
endif

rolls: FLOUR = wheat

$(SHELF)/display: $(LOAVES)
	arrange
