ARG BASE=python:3.11-slim

# The wheel: our code, the weights, and what the build hook fetches for the browser.
FROM ${BASE} AS wheel
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM ${BASE}
# Neither has a default. EXTRAS: names of pyproject.toml's extras, separated by commas. TORCH_INDEX:
# an index with PyTorch's wheels for a CPU alone, which come without gigabytes of CUDA; what they
# depend on comes from the usual index.
ARG EXTRAS
ARG TORCH_INDEX
ENV PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/var/cache/vitrine/numba \
    VITRINE_WEIGHTS_FOLDER=/var/cache/vitrine/weights
RUN useradd --create-home --uid 1000 vitrine \
 && install -d -o vitrine -g vitrine /var/cache/vitrine /var/cache/vitrine/weights /var/lib/vitrine

# The dependencies change seldom and weigh gigabytes: a layer of their own, before our code.
COPY pyproject.toml requirements.py /tmp/
RUN if [ -n "${TORCH_INDEX}" ]; then \
      python /tmp/requirements.py --only torch torchvision > /tmp/torch.txt \
      && pip install --no-cache-dir --no-deps --index-url "${TORCH_INDEX}" -r /tmp/torch.txt; \
    fi \
 && python /tmp/requirements.py --extras "${EXTRAS}" > /tmp/requirements.txt \
 && pip install --no-cache-dir -r /tmp/requirements.txt

COPY --from=wheel /wheels /tmp/wheels
# Whole seconds: an image drops fractions, and numba would take its cache for stale.
RUN pip install --no-cache-dir --no-deps --no-compile /tmp/wheels/*.whl \
 && cd "$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && find app models -name '*.py' -exec touch -d '2026-01-01 00:00:00 UTC' {} + \
 && python -m compileall -q app models

USER vitrine
WORKDIR /home/vitrine
RUN python -c "from models.boxes.nms import warm_up; warm_up()"

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["vitrine", "--host", "0.0.0.0", "--port", "8000"]
