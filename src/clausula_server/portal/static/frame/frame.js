// The little that every page needs: light or dark before the first paint, menus that close, buttons that send once.
(() => {
  const root = document.documentElement
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const kept = () => { try { return localStorage.getItem('theme') } catch { return null } }
  const paint = () => root.setAttribute('data-bs-theme', kept() || (dark.matches ? 'dark' : 'light'))
  paint()
  dark.addEventListener('change', paint)

  document.addEventListener('click', event => {
    if (event.target.closest('[data-switch-theme]')) {
      const next = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark'
      try { localStorage.setItem('theme', next) } catch { /* a private window keeps nothing */ }
      root.setAttribute('data-bs-theme', next)
    }
    const copied = event.target.closest('[data-copy]')
    if (copied) navigator.clipboard.writeText(document.getElementById(copied.dataset.copy).textContent.trim())
    if (event.target.closest('[data-print]')) print()
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false
  })
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    const menu = document.querySelector('details.menu[open]')
    if (menu) { menu.open = false; menu.querySelector('summary').focus() }
  })
  document.addEventListener('submit', event => {
    const button = event.submitter
    if (button) setTimeout(() => { button.disabled = true; button.classList.add('btn-loading') })
  })
  addEventListener('pageshow', () => { // back from the next page: the buttons work again
    for (const button of document.querySelectorAll('.btn-loading')) { button.disabled = false; button.classList.remove('btn-loading') }
  })
  document.addEventListener('input', event => { // six digits are complete
    const code = event.target
    if (code.matches('input.code') && code.value.replace(/\D/g, '').length === 6 && !code.form.dataset.sent) {
      code.form.dataset.sent = 'once'
      code.form.requestSubmit()
    }
  })
  document.addEventListener('allauth.error', event => { // a passkey was not given
    event.preventDefault()
    const place = document.getElementById('passkey-error')
    if (place) place.hidden = false
  })
})()
