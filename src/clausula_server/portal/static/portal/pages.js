// Pages of members and of the house: documents on their way, and saying aloud that an open page has changed.
(() => {
  const changed = node => { const bill = node.closest('#bill'); if (bill) bill.dispatchEvent(new Event('papers')) }
  const element = (name, css, text) => {
    const made = document.createElement(name)
    if (css) made.className = css
    if (text) made.textContent = text
    return made
  }

  const icon = (place, name) => place.querySelector('template').content.querySelector(`[data-icon=${name}] svg`).cloneNode(true)

  function remover(item, place, name) {
    const button = element('button', 'btn btn-icon btn-ghost-secondary')
    button.type = 'button'
    button.dataset.dropPaper = ''
    button.append(icon(place, 'trash'), element('span', 'visually-hidden', `${place.dataset.remove} ${name}`))
    item.append(button)
  }

  function send(file, place) {
    const list = place.closest('[data-papers]').querySelector('.papers')
    const item = element('li', 'paper')
    if (file.type.startsWith('image/') && !/hei[cf]|tiff/.test(file.type)) {
      const picture = element('img')
      picture.alt = ''
      picture.src = URL.createObjectURL(file)
      item.append(picture)
    } else item.append(icon(place, 'file'))
    const name = element('span', 'paper-name', file.name)
    const state = element('span', 'paper-state')
    const bar = element('progress', 'bar')
    bar.max = 100
    bar.setAttribute('aria-label', `${file.name} ${place.dataset.sending}`)
    item.append(name, bar)
    list.append(item)
    const kind = place.querySelector('[data-kind]')
    const told = new FormData()
    told.append('content', place.dataset.content)
    told.append('file', file)
    const request = new XMLHttpRequest()
    const failed = words => {
      bar.remove()
      item.classList.add('wrong')
      name.textContent = `${file.name}: ${words}`
      remover(item, place, file.name)
    }
    request.upload.addEventListener('progress', event => { if (event.lengthComputable) bar.value = 100 * event.loaded / event.total })
    request.addEventListener('error', () => failed(place.dataset.failed))
    request.addEventListener('load', () => {
      let answer = {}
      try { answer = JSON.parse(request.responseText) } catch { /* a proxy's page */ }
      if (request.status !== 201) return failed(answer.detail || place.dataset.failed)
      const kept = answer.documents[0]
      bar.remove()
      name.textContent = kept.name
      state.append(icon(place, 'check'), element('span', 'visually-hidden', place.dataset.there))
      const hidden = element('input')
      hidden.type = 'hidden'
      hidden.name = 'document'
      hidden.value = `${kept.id}|${kind ? kind.value : 'invoice-receipt'}|${kept.name}`
      item.append(state, hidden)
      remover(item, place, kept.name)
      changed(item)
    })
    request.open('POST', place.dataset.upload)
    request.setRequestHeader('X-CSRFToken', place.closest('form').querySelector('[name=csrfmiddlewaretoken]').value)
    request.send(told)
  }

  document.addEventListener('change', event => {
    if (!event.target.matches('.upload-input')) return
    for (const file of event.target.files) send(file, event.target.closest('.upload'))
    event.target.value = ''
  })
  for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, event => {
      const place = event.target.closest && event.target.closest('.drop')
      if (!place) return
      event.preventDefault()
      place.classList.toggle('over', kind === 'dragenter' || kind === 'dragover')
      if (kind === 'drop') for (const file of event.dataTransfer.files) send(file, place.closest('.upload'))
    })
  }
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-drop-paper]')
    if (!button) return
    const list = button.closest('ul')
    button.closest('li').remove()
    changed(list)
    const input = list.closest('[data-papers]').querySelector('.upload-input')
    if (input) input.focus()
  })
  document.addEventListener('htmx:beforeSwap', event => { // what somebody is writing is not taken from under their hands
    const live = document.getElementById('live')
    if (event.detail.target === live && live.contains(document.activeElement) && document.activeElement.matches('input,textarea,select')) event.detail.shouldSwap = false
  })
  document.addEventListener('htmx:afterSwap', event => {
    const said = document.getElementById('live-said')
    if (said && event.detail.target.id === 'live') { said.textContent = ''; setTimeout(() => { said.textContent = said.dataset.words }, 50) }
  })
  const wrong = document.querySelector('[data-focus]')
  if (wrong) wrong.focus()
})()
